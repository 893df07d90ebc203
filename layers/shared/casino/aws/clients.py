"""Makes botocore's clients of AWS, all from one session: a second one costs as much as a client.

The hooks have clients of their own (`casino.aws.lean.clients`) and take these only where an
environment is not an ordinary Lambda's.
"""

import os
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.config import Config

from casino.aws.connect import CONNECT_S, READ_S, USER_AGENT, trusted_bundle

#: One attempt: the wallet's own loop tries again, and only it can tell what an attempt did.
_DYNAMODB: Final = Config(
    connect_timeout=CONNECT_S,
    read_timeout=READ_S,
    retries={"mode": "standard", "total_max_attempts": 1},
    parameter_validation=False,
    user_agent=USER_AGENT,
)
_SECRETS: Final = _DYNAMODB.merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))
_INVOKE: Final = Config(connect_timeout=1, read_timeout=5, user_agent=USER_AGENT)


def dynamodb_client(more: Config | None = None) -> Any:
    """Return a DynamoDB client with the money path's time-outs, and with `more` over them."""
    return aws_client("dynamodb", _DYNAMODB if more is None else _DYNAMODB.merge(more))


def secrets_client() -> Any:
    """Return a Secrets Manager client with the money path's time-outs."""
    return aws_client("secretsmanager", _SECRETS)


def lambda_client() -> Any:
    """Return a Lambda client that starts functions and waits for no answer of theirs."""
    return aws_client("lambda", _INVOKE)


def aws_client(service: str, config: Config) -> Any:
    """Return a client of any service, with time-outs of one's own."""
    return _session().create_client(service, config=config, verify=trusted_bundle(os.environ))


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()
