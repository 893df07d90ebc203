"""Held wins: those above their integration's limits, until somebody has looked at them."""

from collections.abc import Callable
from dataclasses import dataclass

from casino.accounts.ports import Releases
from casino.audit.model import Who, of_player
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.money import to_major
from casino.base.times import iso_utc
from casino.wallet.model import Entry, Tombstone
from casino.wallet.ports import History
from casino.wallet.release import Release


@dataclass(frozen=True, slots=True)
class Released:
    """A win that is spendable; `repeat` when an earlier request made it so."""

    win: Entry
    release: Release
    repeat: bool


@dataclass(frozen=True, slots=True)
class HeldWins:
    """The use case; `find` returns what is recorded of a transaction, or raises `AdminError`."""

    find: Callable[[str, str | None], Entry | Tombstone]
    history: History
    releases: Releases
    clock: Clock

    def release(self, transaction_id: str, integration: str | None, *, who: Who) -> Released:
        """Make a held win spendable, once; whoever asks again gets the first release."""
        reason, now = who.explained().reason, self.clock.now()
        win = self.find(transaction_id, integration)
        if not isinstance(win, Entry) or not win.held_win_minor:
            raise AdminError("win_not_held", f"transaction {transaction_id} is no held win")
        key, amount_minor = (win.integration, win.transaction_id), win.held_win_minor
        owner, at = (win.player_id, win.currency), iso_utc(now)
        release = Release(*key, *owner, amount_minor, at, who.name, reason)
        said = f"{to_major(amount_minor, win.currency)} {win.currency}"
        detail = f"transaction {win.transaction_id} of {win.integration}"
        audit = who.record(of_player(win.player_id), "win release", now, "", said, detail)
        made = self.releases.add(release, audit)
        found = self.history.release(*key)
        assert found is not None  # noqa: S101 - the ledger never loses a marker
        return Released(win, found, repeat=not made)
