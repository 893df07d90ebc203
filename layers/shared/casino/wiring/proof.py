"""Wires what proves the ledger, for the command line, the daily proof and the tests."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from casino.accounts.answers import PlatformWords
from casino.aws.tables import Tables
from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.events.ports import WalletName
from casino.integrations.model import Integration
from casino.wallet.dialect import Words
from casino.wallet.model import PLATFORM
from casino.wallet.proof.verify import Verifier
from casino.wallet.store.history import DynamoDbHistory

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
