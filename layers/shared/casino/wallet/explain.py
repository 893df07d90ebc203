"""Tells what became of money: a wallet's history, and the whole story of one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from casino.audit.model import Who
from casino.base.checks import a_currency
from casino.base.errors import AdminError
from casino.wallet.chain import entry_hash
from casino.wallet.hold_refusals import HOLD_REFUSALS
from casino.wallet.model import (
    PLATFORM,
    WIN_HELD,
    Entry,
    Player,
    Session,
    Tombstone,
    VoidMarker,
    platform_transaction_id,
)
from casino.wallet.ports import Accounts, History
from casino.wallet.refusals import REFUSALS
from casino.wallet.release import Release

_APPLIED: Final = {
    "bet_debit": "The spendable balance covered the stake, so it was debited.",
    "freespin_notional": "A free spin debits no cash: its amount stands against the promotion.",
    "win_credit": "A win is owed, so it was credited at once.",
    "win_without_bet": (
        "The round holds no bet that was debited; a win is owed all the same: credited, and "
        "flagged."
    ),
    "win_after_round_finished": (
        "A win is owed even in a finished round (late jackpots happen): credited, and flagged."
    ),
    WIN_HELD: (
        "A win is owed, so it was credited. It is above the limits of its integration, so it was "
        "held back from play."
    ),
    "refund_credit": "The bet stood and was not refunded before, so what it debited was credited.",
    "refund_after_win": (
        "The bet stood, so what it debited was credited; its finished round had paid a win before, "
        "so the refund is flagged."
    ),
    "refund_of_stake": (
        "The bet stood and was not refunded before, so its stored stake was credited, whatever "
        "amount the refund says."
    ),
    "refund_repeated": "The bet is refunded already: nothing moved.",
    "round_closed": (
        "The counterpart says that the round is over for all of its players: noted, and the round "
        "flagged; no wallet was touched."
    ),
    "refund_unknown_bet_accepted": (
        "The bet is unknown and the integration wants such refunds accepted: nothing moved, and "
        "the bet can never debit."
    ),
    "hold": "The spendable balance covered the stake, so it was taken aside until the bet ends.",
    "settle": "The hold stood: its whole stake went to the integration, the win to the player.",
    "rollback": "The hold stood, so its stake went back to the player.",
    "session_opened": "The counterpart opened a session: noted, so that its copies get the same.",
    "event_received": "The counterpart told of an event: noted once.",
    "deposit": "The platform paid in.",
    "withdrawal": "The platform paid out of the spendable balance.",
}
_RESERVED: Final = "The balance less the reserved funds is too low."
#: What a tombstone in the place of a bet means.
BARRED: Final = (
    "The bet was refunded before it arrived: it never debits, and its copies are refused."
)


@dataclass(frozen=True, slots=True)
class WalletHistory:
    """A wallet's entries, refusals too; not `complete` while the index still lacks some."""

    entries: list[Entry]
    complete: bool


@dataclass(frozen=True, slots=True)
class Story:
    """An entry with what belongs to it; `replays` is `None` when nobody can tell."""

    entry: Entry
    void: VoidMarker | None
    release: Release | None
    session_status: str | None
    replays: int | None

    @property
    def explanation(self) -> str:
        """Why the entry is what it is; a rule without words is named as it stands."""
        rule = self.entry.rule
        if self.entry.record != "refused":
            return _APPLIED.get(rule, rule)
        if rule == "insufficient_funds" and self.entry.reserved_minor:
            return f"Refused: {_RESERVED} Every copy gets the same refusal."
        spec = REFUSALS.get(rule) or HOLD_REFUSALS.get(rule)
        if spec is not None:
            return f"Refused: {spec.message} Every copy gets the same refusal."
        return rule

    @property
    def who(self) -> Who | None:
        """Who asked for a movement of the platform's own, and why; `None` for a provider's."""
        if self.entry.integration != PLATFORM or self.entry.extra is None:
            return None
        return Who.read(self.entry.extra)

    @property
    def reference(self) -> str:
        """Our own reference for the transaction."""
        return platform_transaction_id(self.entry.integration, self.entry.transaction_id)

    @property
    def intact(self) -> bool:
        """Whether the entry still has the hash that it was sealed with."""
        return entry_hash(self.entry) == self.entry.hash


@dataclass(frozen=True, slots=True)
class LedgerReader:
    """The use cases; both raise `AdminError`.

    `owners` names the integrations, `session` finds one by its id, and `replays` counts the copies
    of (integration, transaction id) that were answered since a time.
    """

    history: History
    accounts: Accounts
    owners: Callable[[], Iterable[str]]
    session: Callable[[str], Session | None]
    replays: Callable[[str, str, str], int | None]

    def of_wallet(self, player_id: str, currency: str) -> WalletHistory:
        """Return a wallet's entries in order; a refusal has the number that it came after."""
        existing_player(self.accounts, player_id)
        wallet = self.accounts.wallet(player_id, a_currency(currency))
        entries = list(self.history.of_wallet(player_id, currency))
        applied = sum(entry.record == "applied" for entry in entries)
        # The index may lag behind the ledger: say so rather than hide the tail.
        return WalletHistory(entries, complete=wallet is None or wallet.seq <= applied)

    def explain(self, transaction_id: str, integration: str | None = None) -> Story | Tombstone:
        """Return the story of a transaction, or the tombstone of a bet that never came.

        Without `integration` every one is asked, and only one may have the transaction.
        """
        record = self.find(transaction_id, integration)
        if isinstance(record, Tombstone):
            return record
        void, release = None, None
        if record.kind == "bet":
            void = self.history.void(record.integration, record.transaction_id)
        if record.held_win_minor:
            release = self.history.release(record.integration, record.transaction_id)
        session = self.session(record.session_id) if record.session_id else None
        replays = self.replays(record.integration, record.transaction_id, record.at)
        return Story(record, void, release, session.status if session else None, replays)

    def find(self, transaction_id: str, integration: str | None) -> Entry | Tombstone:
        """Return what is recorded of a transaction, of whichever integration has it."""
        names = [integration] if integration else [PLATFORM, *sorted(self.owners())]
        records = [self.history.find(name, transaction_id) for name in names]
        found = [record for record in records if record is not None]
        if not found:
            message = f"no transaction {transaction_id} is recorded"
            raise AdminError("transaction_not_found", message)
        if len(found) > 1:
            owners = ", ".join(record.integration for record in found)
            message = f"{owners} each have a transaction {transaction_id}: say which, --integration"
            raise AdminError("ambiguous_transaction", message)
        return found[0]


def existing_player(accounts: Accounts, player_id: str) -> Player:
    """Return a player; raises `AdminError` when there is none."""
    player = accounts.player(player_id)
    if player is None:
        raise AdminError("player_not_found", f"player {player_id} does not exist")
    return player
