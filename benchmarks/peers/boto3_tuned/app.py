"""The same bet on bare botocore with every trick of a tuned start: the reference for cold starts.

The build gives it what it gives the wallet: slim models, compiled files, the Amazon roots. Here:
one session, no garbage collection while it starts, connections opened in the init.
"""

import gc
import os
from pathlib import Path

gc.disable()

import botocore.session  # noqa: E402 - imported without the garbage collector
from bet import bets  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import BotoCoreError, ClientError  # noqa: E402
from ledger import WALLETS  # noqa: E402

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
handler, secret = bets(dynamodb, secrets)


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
