"""Makes the clients of AWS, all of one session: a second one costs as much as a client.

TLS trusts the roots of Amazon that the build puts beside the package: to parse every authority of
the web takes longer than the rest of a handshake. AWS_CA_BUNDLE, which the template's parameter
`CaBundle` sets, names another bundle; where the build did not run, botocore's own is used.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore.config import Config

_ROOTS: Final = Path(__file__).parents[2] / "amazon-roots.pem"

#: One attempt: the wallet's own loop tries again, and only it can tell what an attempt did.
_DYNAMODB: Final = Config(
    connect_timeout=0.5,
    read_timeout=1.0,
    retries={"mode": "standard", "total_max_attempts": 1},
    parameter_validation=False,
    user_agent="seamless-wallet",
)
_SECRETS: Final = _DYNAMODB.merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))


def dynamodb_client(more: Config | None = None) -> Any:
    """Return a DynamoDB client with the money path's time-outs, and with `more` over them."""
    return aws_client("dynamodb", _DYNAMODB if more is None else _DYNAMODB.merge(more))


def secrets_client() -> Any:
    """Return a Secrets Manager client with the money path's time-outs."""
    return aws_client("secretsmanager", _SECRETS)


def aws_client(service: str, config: Config) -> Any:
    """Return a client of any service, with time-outs of one's own."""
    return _session().create_client(service, config=config, verify=_trusted())


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def _trusted() -> str | None:
    """Return the bundle of authorities to trust; `None` leaves it to botocore."""
    if "AWS_CA_BUNDLE" in os.environ or not _ROOTS.is_file():
        return None
    return str(_ROOTS)
