"""What a decision asks of the integration of a request."""

from typing import Literal, Protocol


class Terms(Protocol):
    """The terms of the integration of a request."""

    @property
    def refund_unknown_bet(self) -> Literal["reject", "accept"]:
        """How a refund of a bet that is not there is answered."""

    @property
    def refund_after_win(self) -> Literal["accept", "reject"]:
        """How a refund is answered once its finished round has paid a win."""

    def takes_bets(self, now: float) -> bool:
        """Tell whether it may place bets at `now`, in seconds since the epoch."""

    def supports(self, currency: str) -> bool:
        """Tell whether it may use `currency`."""

    def largest_win_minor(self, currency: str) -> int | None:
        """Return the largest win that is spendable at once; `None` is any."""

    def wins_held_until(self, currency: str) -> int:
        """Return until when every win is held, in seconds since the epoch."""
