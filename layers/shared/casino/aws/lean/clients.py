"""Makes the two clients of the hooks: lean ones in an ordinary Lambda, else botocore's.

A Lambda is ordinary when region and credentials are in the environment, as Lambda puts them there,
and no other variable would lead botocore elsewhere. The lean clients understand only this, and so
spare a start botocore's session and models. In any other environment, and with
WALLET_AWS_CLIENT=botocore, the hooks get botocore's clients. ADR 0040.
"""

import json
import os
import sys
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import botocore
from botocore.utils import get_environ_proxies

from casino.aws.connect import CONNECT_S, READ_S, trusted_bundle
from casino.aws.lean.http import Connections
from casino.aws.lean.protocol import (
    DYNAMODB,
    SECRETS_MANAGER,
    DynamoDb,
    JsonCalls,
    SecretsManager,
    Service,
)
from casino.aws.lean.signature import Credentials

_SWITCH: Final = "WALLET_AWS_CLIENT"
_BOTOCORE: Final = Path(botocore.__file__).parent
_ENDPOINT: Final = {
    DYNAMODB: "AWS_ENDPOINT_URL_DYNAMODB",
    SECRETS_MANAGER: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
}
#: Any of them, whatever its value, is a reason to ask botocore.
_SPECIAL: Final = (
    "AWS_ACCOUNT_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
_FILES: Final = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}


def dynamodb_client() -> Any:
    """Return a DynamoDB client with the money path's time-outs; it sends everything once."""
    calls = lean_calls(DYNAMODB, os.environ)
    if calls is not None:
        return DynamoDb(calls)
    from casino.aws import clients as aws

    return aws.dynamodb_client()


def secrets_client() -> Any:
    """Return a Secrets Manager client with the money path's time-outs."""
    calls = lean_calls(SECRETS_MANAGER, os.environ)
    if calls is not None:
        return SecretsManager(calls)
    from casino.aws import clients as aws

    return aws.secrets_client()


def lean_calls(service: Service, environment: Mapping[str, str]) -> JsonCalls | None:
    """Return a lean client's calls; `None` unless the environment is an ordinary one."""
    region = environment.get("AWS_DEFAULT_REGION", "")
    credentials = _credentials(environment)
    regional = _regional_endpoint(service.name, region)
    if credentials is None or regional is None or not _is_ordinary(environment):
        return None
    own = environment.get(_ENDPOINT.get(service, "")) or environment.get("AWS_ENDPOINT_URL")
    endpoint = own or regional
    if get_environ_proxies(endpoint) or urlsplit(endpoint).path not in ("", "/"):
        return None
    bundle = trusted_bundle(environment) or _BOTOCORE / "cacert.pem"
    try:
        send = Connections(endpoint, CONNECT_S, READ_S, str(bundle))
    except OSError:
        return None  # a bundle that is none fails each call then, and not the whole start
    renew = partial(_renewed, environment)
    return JsonCalls(service, endpoint, region, credentials, send, renew)


def _renewed(environment: Mapping[str, str], expired: Credentials) -> Credentials | None:
    """Return what the environment holds now; a Lambda that holds the expired ones ends.

    Lambda fixes the credentials of an execution environment and starts a new one in its place.
    Without an end every request would be refused until AWS recycles it.
    """
    credentials = _credentials(environment)
    if credentials != expired:
        return credentials
    if "AWS_LAMBDA_FUNCTION_NAME" in environment:
        sys.stderr.write("the credentials of this execution environment expired: it ends\n")
        os._exit(1)
    return None


def _is_ordinary(environment: Mapping[str, str]) -> bool:
    if environment.get(_SWITCH, "lean") != "lean":
        return False
    if any(name in environment for name in _SPECIAL):
        return False
    files = (environment.get(name, default) for name, default in _FILES.items())
    # Not pathlib's: it raises where there is no home, or none that one may look into.
    return not any(os.path.isfile(os.path.expanduser(file)) for file in files)  # noqa: PTH111, PTH113


def _credentials(environment: Mapping[str, str]) -> Credentials | None:
    key = environment.get("AWS_ACCESS_KEY_ID", "")
    secret = environment.get("AWS_SECRET_ACCESS_KEY", "")
    return (
        Credentials(key, secret, environment.get("AWS_SESSION_TOKEN")) if key and secret else None
    )


def _regional_endpoint(service: str, region: str) -> str | None:
    """Return the endpoint by botocore's own table of partitions; `None` for an unknown region."""
    for partition in _partitions():
        if region in partition["regions"] and not region.endswith("-global"):
            return f"https://{service}.{region}.{partition['outputs']['dnsSuffix']}"
    return None


@cache
def _partitions() -> Any:
    table = _BOTOCORE / "data" / "partitions.json"
    return json.loads(table.read_bytes())["partitions"]
