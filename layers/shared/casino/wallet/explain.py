"""Tells what became of money: the whole story of one transaction."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from casino.audit.model import Who
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
        "It is owed, so it was credited. It is above the limits of its integration, or comes of "
        "bonus money that was, so it was held back from play."
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
    "bonus_granted": "The casino granted bonus money: it may be played with, and not withdrawn.",
    "bonus_converted": "The grant was wagered, so its bonus money became cash.",
    "bonus_forfeited": "The grant is over and was not wagered: its money went back to the house.",
    "purchase": "The partner sold this amount to the player and was paid, so it was credited.",
    "reversal": "The partner paid the purchase back or lost a dispute, so it was taken back.",
    "reversal_owed": (
        "The partner paid the purchase back or lost a dispute. The spendable balance did not cover "
        "it: it was taken as far as it went, and the player owes the rest."
    ),
}
_STAKED: Final = " A part of the stake is bonus money."
_SHARED: Final = " As a part of the stake was bonus money, a part of it is again."
_FORFEITED: Final = (
    " A part of the stake was money of a grant that has since been forfeited: that part of it "
    "went to the house."
)
_RETURNS: Final = frozenset({"win", "refund", "settle", "rollback"})
#: What a transaction may be called: an id of a counterpart's, one with a prefix of ours.
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,300}")
#: How many transactions are named where a name may mean several.
_NAMED: Final = 10
_RESERVED: Final = "The balance less the reserved funds is too low."
#: What a tombstone in the place of a bet means.
BARRED: Final = (
    "The bet was refunded before it arrived: it never debits, and its copies are refused."
)


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
            return _APPLIED.get(rule, rule) + self._of_bonus
        if rule == "insufficient_funds" and self.entry.reserved_minor:
            return f"Refused: {_RESERVED} Every copy gets the same refusal."
        spec = REFUSALS.get(rule) or HOLD_REFUSALS.get(rule)
        if spec is not None:
            return f"Refused: {spec.message} Every copy gets the same refusal."
        return rule

    @property
    def _of_bonus(self) -> str:
        """Say what bonus money has to do with a movement of a game."""
        moved = dict(self.entry.postings)
        if self.entry.kind in ("bet", "hold"):
            return _STAKED if moved.get("bonus") else ""
        if self.entry.kind not in _RETURNS:
            return ""
        # The refund of a free spin gives its notional amount back to the promotion.
        if moved.get("promotion", 0) > 0 and self.entry.type != "freespin":
            return _FORFEITED
        return _SHARED if moved.get("bonus") else ""

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
    (integration, transaction id) that were answered since a time, and `named` finds such pairs by
    a trace id or by our reference, a moment after they are recorded.
    """

    history: History
    accounts: Accounts
    owners: Callable[[], Iterable[str]]
    session: Callable[[str], Session | None]
    replays: Callable[[str, str, str], int | None]
    named: Callable[[str], Iterable[tuple[str, str]]]

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
        ledger, or else in the index of references. Without `integration` every one is asked, and
        only one transaction may be meant.
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
        if not _NAME.fullmatch(name):
            raise AdminError("transaction_not_found", "nothing is called so")
        found = self._under(name, owners)
        if not (found and integration):
            # What one counterpart calls a transaction may be our reference for another's.
            found |= {
                (entry.integration, entry.transaction_id): entry
                for entry in self._candidates(name, wallet, everywhere)
                if entry.integration in owners and name in (entry.trace_id, _reference(entry))
            }
        if not found:
            message = f"no transaction is recorded under the id, reference or trace id {name}"
            raise AdminError("transaction_not_found", message)
        if len(found) > 1:
            named = ", ".join(f"{own_id} of {owner}" for owner, own_id in list(found)[:_NAMED])
            message = f"{name} may be {named}: give its id, and its integration"
            raise AdminError("ambiguous_transaction", message)
        (record,) = found.values()
        return record

    def _under(self, name: str, owners: list[str]) -> dict[tuple[str, str], Entry | Tombstone]:
        """Return what stands under an id, by integration and id."""
        records = self.history.find_all((owner, name) for owner in owners)
        return {(r.integration, name): r for r in records if r.integration in owners}

    def _candidates(
        self, name: str, wallet: tuple[str, str] | None, everywhere: bool
    ) -> Iterator[Entry]:
        """Yield entries among which a reference or a trace id may be found."""
        if wallet is not None:
            yield from self.history.of_wallet(*wallet)
            return
        records: Iterable[object] = (
            self.history.everything() if everywhere else self.history.find_all(self.named(name))
        )
        yield from (each for each in records if isinstance(each, Entry))


def _reference(entry: Entry) -> str:
    return platform_transaction_id(entry.integration, entry.transaction_id)


def existing_player(accounts: Accounts, player_id: str) -> Player:
    """Return a player; raises `AdminError` when there is none."""
    player = accounts.player(player_id)
    if player is None:
        raise AdminError("player_not_found", f"player {player_id} does not exist")
    return player
