"""Tells what became of money: a wallet's history, and the whole story of one transaction."""

from collections.abc import Callable, Iterable, Iterator
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
    "purchase": "The partner sold this amount to the player and was paid, so it was credited.",
    "reversal": "The partner paid the purchase back or lost a dispute, so it was taken back.",
    "reversal_owed": (
        "The partner paid the purchase back or lost a dispute. The spendable balance did not cover "
        "it: it was taken as far as it went, and the player owes the rest."
    ),
}
_RESERVED: Final = "The balance less the reserved funds is too low."
#: What a tombstone in the place of a bet means.
BARRED: Final = (
    "The bet was refunded before it arrived: it never debits, and its copies are refused."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a wallet; times are ISO 8601 UTC, `until` is the first that is too late.

    `limit` keeps the latest so many.
    """

    since: str = ""
    until: str = ""
    session_id: str | None = None
    round_id: str | None = None
    game_id: str | None = None
    limit: int | None = None

    def includes(self, entry: Entry) -> bool:
        """Tell whether it is one of them."""
        named = (
            (self.session_id, entry.session_id),
            (self.round_id, entry.round_id),
            (self.game_id, entry.game_id),
        )
        in_time = self.since <= entry.at and (not self.until or entry.at < self.until)
        return in_time and all(wanted in (None, own) for wanted, own in named)


@dataclass(frozen=True, slots=True)
class WalletHistory:
    """A wallet's entries, refusals too, and after a refund the tombstone that it left.

    Not `complete` while the index still lacks some.
    """

    entries: list[Entry | Tombstone]
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
        """Who asked for a movement of the platform's own, and why.

        `None` for a provider's, and where somebody has altered the entry.
        """
        if self.entry.integration != PLATFORM or self.entry.extra is None or not self.intact:
            return None
        return Who.read(self.entry.extra)

    @property
    def reference(self) -> str:
        """Our own reference for the transaction."""
        return _reference(self.entry)

    @property
    def intact(self) -> bool:
        """Whether the entry still has the hash that it was sealed with."""
        return entry_hash(self.entry) == self.entry.hash


@dataclass(frozen=True, slots=True)
class LedgerReader:
    """The use cases; both raise `AdminError`.

    `owners` names the integrations, `session` finds one by its id, `replays` counts the copies of
    (integration, transaction id) that were answered since a time, and `logged` finds such pairs by
    a trace id or by our reference, as long as the logs remember.
    """

    history: History
    accounts: Accounts
    owners: Callable[[], Iterable[str]]
    session: Callable[[str], Session | None]
    replays: Callable[[str, str, str], int | None]
    logged: Callable[[str], Iterable[tuple[str, str]]]

    def of_wallet(
        self, player_id: str, currency: str, wanted: Wanted | None = None
    ) -> WalletHistory:
        """Return a wallet's entries in order; a refusal has the number that it came after."""
        wanted = wanted or Wanted()
        existing_player(self.accounts, player_id)
        wallet = self.accounts.wallet(player_id, a_currency(currency))
        entries = list(self.history.of_wallet(player_id, currency))
        applied = sum(entry.record == "applied" for entry in entries)
        # The index may lag behind the ledger: say so rather than hide the tail.
        complete = wallet is None or wallet.seq <= applied
        rows: list[Entry | Tombstone] = []
        for entry in filter(wanted.includes, entries):
            rows += [entry, *self._left_by(entry)]
        return WalletHistory(rows[-wanted.limit :] if wanted.limit else rows, complete)

    def _left_by(self, entry: Entry) -> list[Tombstone]:
        """Return the tombstone that a refund left in the place of its bet."""
        if entry.kind != "refund" or entry.postings or entry.bet_transaction_id is None:
            return []
        stone = self.history.find(entry.integration, entry.bet_transaction_id)
        if not isinstance(stone, Tombstone):
            return []
        return [stone] if stone.refund_transaction_id == entry.transaction_id else []

    def explain(
        self,
        name: str,
        integration: str | None = None,
        wallet: tuple[str, str] | None = None,
        *,
        everywhere: bool = False,
    ) -> Story | Tombstone:
        """Return the story of a transaction, or the tombstone of a bet that never came.

        `name` is the provider's id, our reference, or the trace id of a request. The last two are
        looked for in the history of `wallet` (player, currency), or with `everywhere` in the whole
        ledger, or else in the logs. Without `integration` every one is asked, and only one
        transaction may be meant.
        """
        record = self.find(name, integration, wallet, everywhere=everywhere)
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

    def find(
        self,
        name: str,
        integration: str | None,
        wallet: tuple[str, str] | None = None,
        *,
        everywhere: bool = False,
    ) -> Entry | Tombstone:
        """Return what is recorded of a transaction, of whichever integration has it."""
        owners = [integration] if integration else [PLATFORM, *sorted(self.owners())]
        found = [record for each in owners if (record := self.history.find(each, name))]
        if not found:
            found = [
                entry
                for entry in self._candidates(name, wallet, everywhere)
                if entry.integration in owners and name in (entry.trace_id, _reference(entry))
            ]
        if not found:
            message = f"no transaction {name} is recorded, and the logs name none for it"
            raise AdminError("transaction_not_found", message)
        if len(found) > 1:
            named = ", ".join(f"{_own_id(each)} of {each.integration}" for each in found[:10])
            message = f"{name} may be {named}: give its id, and --integration"
            raise AdminError("ambiguous_transaction", message)
        return found[0]

    def _candidates(
        self, name: str, wallet: tuple[str, str] | None, everywhere: bool
    ) -> Iterator[Entry]:
        """Yield entries among which a reference or a trace id may be found."""
        if wallet is not None:
            yield from self.history.of_wallet(*wallet)
        elif everywhere:
            yield from (each for each in self.history.everything() if isinstance(each, Entry))
        else:
            for owner, transaction_id in self.logged(name):
                record = self.history.find(owner, transaction_id)
                if isinstance(record, Entry):
                    yield record


def _reference(entry: Entry) -> str:
    return platform_transaction_id(entry.integration, entry.transaction_id)


def _own_id(record: Entry | Tombstone) -> str:
    return record.transaction_id if isinstance(record, Entry) else record.bet_transaction_id


def existing_player(accounts: Accounts, player_id: str) -> Player:
    """Return a player; raises `AdminError` when there is none."""
    player = accounts.player(player_id)
    if player is None:
        raise AdminError("player_not_found", f"player {player_id} does not exist")
    return player
