"""Open holds: stakes that wait for their settlement, and may have been forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.times import epoch
from casino.wallet.hold import RELEASE, Hold, Holding, HoldRequest
from casino.wallet.model import Entry
from casino.wallet.ports import History, WalletPlace
from casino.wallet.service import WalletService
from casino.wallet.terms import Terms


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold without an end, and how long ago it was made, in seconds."""

    entry: Entry
    age_s: float


@dataclass(frozen=True, slots=True)
class OpenHolds:
    """Finds the holds that have no end."""

    history: History
    clock: Clock

    def older_than(self, seconds: float) -> list[OpenHold]:
        """Return the open holds that are at least so old, the oldest first."""
        found = [hold for page, _ in self.pages(seconds) for hold in page]
        return sorted(found, key=lambda hold: hold.entry.at)

    def pages(
        self, seconds: float, after: WalletPlace | None = None
    ) -> Iterator[tuple[list[OpenHold], WalletPlace | None]]:
        """Yield the open holds that are at least so old, by pages of wallets, in no order.

        Each page comes with the place `after` which the next one begins; `None` is the end.
        """
        for holdings, following in self.history.holding(after):
            # Nothing that is still held is older than the first open hold.
            old = [found for found in holdings if self._age_s(found.since) >= seconds]
            holds = [OpenHold(e, self._age_s(e.at)) for found in old for e in self._open(found)]
            yield [hold for hold in holds if hold.age_s >= seconds], following

    def _age_s(self, at: str) -> float:
        # Another clock made the entry: none is younger than nothing.
        return max(0.0, self.clock.now() - epoch(at))

    def _open(self, holding: Holding) -> Iterator[Entry]:
        made: dict[tuple[str, str], Entry] = {}
        for entry in self.history.of_wallet(holding.player_id, holding.currency, holding.seq):
            bet = (entry.integration, entry.bet_transaction_id or "")
            if entry.record == "applied" and entry.kind == "hold" and entry.amount_minor:
                made[bet] = entry
            elif entry.record == "applied":
                made.pop(bet, None)
        # The history may lag behind; what ended a bet does not.
        yield from (entry for bet, entry in made.items() if self.history.ending(*bet) is None)


@dataclass(frozen=True, slots=True)
class HoldReleases:
    """Gives held stakes back; `terms` are those of a rollback, which asks for none."""

    history: History
    wallet: WalletService
    terms: Terms

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
