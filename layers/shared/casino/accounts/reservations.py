"""Reservations: money of a wallet that waits for a payout, and that nobody plays with meanwhile.

A withdrawal that names one pays it out (`PlayerAdmin.move`); a release gives it back to play.
"""

from dataclasses import dataclass

from casino.accounts.admin import PlayerAdmin
from casino.accounts.model import Reservation
from casino.accounts.ports import Reserved
from casino.audit.model import Who, of_player
from casino.base.checks import an_id
from casino.base.errors import AdminError
from casino.base.times import iso_utc


@dataclass(frozen=True, slots=True)
class Reservations:
    """The use cases; both raise `AdminError` and `RetryableError`."""

    reserved: Reserved
    players: PlayerAdmin

    def reserve(
        self, player_id: str, currency: str, amount_minor: int, reservation_id: str, *, who: Who
    ) -> Reservation:
        """Hold an amount of the spendable balance back from play, once for each id."""
        if amount_minor <= 0:
            raise AdminError("invalid_request", "amount must be above 0")
        self.players.wallet(player_id, currency)
        now, named = self.players.clock.now(), an_id(reservation_id, "reservation")
        made = Reservation(named, player_id, currency, amount_minor, iso_utc(now))
        audit = who.explained().record(of_player(player_id), "reserve", now)
        if not self.reserved.add(made, audit):
            raise AdminError("insufficient_funds", "")
        return made

    def release(
        self, player_id: str, currency: str, reservation_id: str, *, who: Who
    ) -> Reservation:
        """Give a reservation back to play; raises `AdminError` for one that is over."""
        found = self.reserved.get(reservation_id)
        if found is None or (found.player_id, found.currency) != (player_id, currency):
            raise AdminError("reservation_not_found", "")
        now = self.players.clock.now()
        audit = who.explained().record(of_player(player_id), "release reservation", now)
        if found.state != "open" or not self.reserved.release(found, audit):
            raise AdminError("reservation_over", "")
        return found
