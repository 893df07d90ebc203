"""Wires what proves the ledger, for the command line, the schedule and the tests."""

import os
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

from botocore.config import Config

from casino.accounts.answers import PlatformWords
from casino.aws.clients import aws_client, dynamodb_client
from casino.aws.tables import Tables
from casino.base.clock import SystemClock
from casino.base.invocation import Context
from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.events.ports import WalletName
from casino.events.proving import Proving
from casino.events.store.archive import S3Archive
from casino.events.store.progress import DynamoDbProgress
from casino.integrations.model import Integration
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.telemetry import Telemetry
from casino.wallet.dialect import Words
from casino.wallet.model import PLATFORM
from casino.wallet.proof.verify import Verifier
from casino.wallet.store.history import DynamoDbHistory
from casino.wiring.settings import load_settings, required

#: Nobody waits for these calls.
_PATIENT: Final = Config(
    connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4}
)

#: Family of an integration → what its entries are answered in. Invo's purchases are kept as iGSP's.
WORDS: Final[Mapping[str, Callable[[], Words]]] = {
    "igsp": Igsp,
    "flexsoft": Flexsoft,
    "winupgo": Winupgo,
    "invo": Igsp,
}


def verifier_of(
    client: Any, tables: Tables, integration: Callable[[str], Integration | None]
) -> Verifier:
    """Return what proves wallets; `integration` finds an integration by its name."""

    @cache
    def words_of(name: str) -> Words | None:
        if name == PLATFORM:
            return PlatformWords()
        found = integration(name)
        made = WORDS.get(found.family) if found is not None else None
        return made() if made is not None else None

    return Verifier(DynamoDbHistory(client, tables), words_of)


def faults_of(verifier: Verifier, wallet: WalletName) -> list[tuple[str, str | None]]:
    """Return what is wrong with a wallet that moved: codes, with the transactions concerned.

    It is read by index and keys, not by a scan; a wallet that is gone is a fault, too.
    """
    try:
        found = verifier.wallet(*wallet, thorough=False).faults
    except LookupError:
        return [("wallet_missing", None)]
    return [(fault.code, fault.transaction_id) for fault in found]


def proof_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Mapping[str, Any], Context], dict[str, object]]:
    """Return the Lambda handler of the daily proof."""
    settings, client = load_settings(environment), dynamodb_client(_PATIENT)
    verifier = verifier_of(client, settings.tables, DynamoDbRegistry(client, settings.tables).get)
    return Proving(
        S3Archive(aws_client("s3", _PATIENT), required(environment, "ARCHIVE_BUCKET")),
        DynamoDbProgress(client, required(environment, "SYNC_TABLE")),
        partial(faults_of, verifier),
        SystemClock(),
        Telemetry(settings.service),
    ).handle
