"""Open holds: stakes that wait for their settlement, and may have been forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.times import epoch
from casino.wallet.hold import RELEASE, Hold, HoldRequest
from casino.wallet.model import Entry
from casino.wallet.ports import Accounts, History
from casino.wallet.service import WalletService
from casino.wallet.terms import Terms


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold without an end, and how long ago it was made, in seconds."""

    entry: Entry
    age_s: float


@dataclass(frozen=True, slots=True)
class OpenHolds:
    """The use cases; `terms` are those of a rollback, which asks for none."""

    accounts: Accounts
    history: History
    wallet: WalletService
    clock: Clock
    terms: Terms

    def older_than(self, seconds: float) -> list[OpenHold]:
        """Return the open holds that are at least so old, the oldest first."""
        now = self.clock.now()
        # Another clock made the entry: none is younger than nothing.
        found = [OpenHold(entry, max(0.0, now - epoch(entry.at))) for entry in self._open()]
        old = [hold for hold in found if hold.age_s >= seconds]
        return sorted(old, key=lambda hold: hold.entry.at)

    def _open(self) -> Iterator[Entry]:
        for wallet in self.accounts.wallets():
            if not wallet.held_minor:
                continue
            for entry in self.history.of_wallet(wallet.player_id, wallet.currency):
                # Nothing that is still held is older than the first open hold.
                made = entry.kind == "hold" and entry.record == "applied"
                if not made or entry.seq < wallet.held_seq or not entry.amount_minor:
                    continue
                if self.history.ending(entry.integration, entry.bet_transaction_id or "") is None:
                    yield entry

    def release(self, integration: str, bet_id: str, *, who: Who) -> Hold:
        """Roll a held bet back in the casino's name: its settlement is refused from then on.

        Whoever asks again changes nothing. Raises `AdminError` for a bet that is not held.
        """
        hold = self.history.hold(integration, bet_id)
        if not isinstance(hold, Hold):
            raise AdminError("hold_not_found", f"{integration} holds no bet {bet_id}")
        request = HoldRequest(
            integration=integration,
            transaction_id=f"{RELEASE}{bet_id}",
            kind="rollback",
            type="rollback",
            player_id="",
            currency="",
            amount_minor=0,
            bet_transaction_id=bet_id,
            extra=who.explained().written(),
            trace_id="ops",
        )
        result = self.wallet.transact(request, self.terms)
        if result.status != 200:
            raise AdminError(result.code, f"bet {bet_id} of {integration} is settled")
        return hold
