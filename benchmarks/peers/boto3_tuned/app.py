"""The same bet on bare botocore with every trick of a tuned start: the reference for cold starts.

The build gives it what it gives the wallet: slim models, compiled files, the Amazon roots. Here:
one session, no garbage collection while it starts, connections opened in the init.
"""

import gc
import json
import os
import time
from pathlib import Path
from typing import Any

gc.disable()

import botocore.session  # noqa: E402 - imported without the garbage collector
from botocore.config import Config  # noqa: E402
from botocore.exceptions import BotoCoreError, ClientError  # noqa: E402
from igsp import RefusedError, Response, answer, authenticate, parse, refusal  # noqa: E402
from ledger import WALLETS, batch, decide, found  # noqa: E402

SECRET_TTL_S = 60

_ROOTS = Path(__file__).with_name("amazon-roots.pem")
_CONFIG = Config(
    connect_timeout=0.5,
    read_timeout=1.0,
    retries={"mode": "standard", "total_max_attempts": 1},
    parameter_validation=False,
    user_agent="tuned-botocore",
)
_session = botocore.session.get_session()
_verify = None if "AWS_CA_BUNDLE" in os.environ else str(_ROOTS)
dynamodb = _session.create_client("dynamodb", config=_CONFIG, verify=_verify)
secrets = _session.create_client("secretsmanager", config=_CONFIG, verify=_verify)
_secret: tuple[float, dict[str, str]] | None = None


def handler(event: dict[str, Any], _context: object) -> Response:
    """Answer one proxy event."""
    try:
        authenticate(event["headers"], event["body"], secret())
        return answer(place(parse(event["body"])))
    except RefusedError as error:
        return refusal(error)


def place(bet: dict[str, Any]) -> str:
    """Apply a bet once; a copy gets the stored answer."""
    read = dynamodb.batch_get_item(RequestItems=batch(bet))
    entry, wallet, session = found(read["Responses"])
    if entry is not None:
        return str(entry["body"]["S"])
    body, writes = decide(bet, wallet, session)
    try:
        dynamodb.transact_write_items(TransactItems=writes)
    except dynamodb.exceptions.TransactionCanceledException:
        raise RefusedError(503, "busy") from None
    return body


def secret() -> dict[str, str]:
    """Return the integration's credentials, at most `SECRET_TTL_S` old."""
    global _secret
    if _secret is None or time.monotonic() - _secret[0] > SECRET_TTL_S:
        value = secrets.get_secret_value(SecretId=os.environ["SECRET_NAME"])
        _secret = time.monotonic(), json.loads(value["SecretString"])
    return _secret[1]


def prime() -> None:
    """Open both connections; a failure is left to the first request."""
    try:
        secret()
        nobody = {"player_id": {"S": "-"}, "currency": {"S": "-"}}
        dynamodb.get_item(TableName=WALLETS, Key=nobody, ConsistentRead=True)
    except (BotoCoreError, ClientError):
        pass


prime()
gc.freeze()
gc.enable()
