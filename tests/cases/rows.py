"""What the plays of both protocols share."""

from collections.abc import Callable

from ops.context import Operations
from sandbox.up import open_seat
from testing.hooks import Reply


class Rows[D]:
    """Rows of a page by their words, each with what plays it at a desk `D`."""

    def __init__(self) -> None:
        self.plays: dict[str, Callable[[D], None]] = {}

    def row(self, *words: str) -> Callable[[Callable[[D], None]], Callable[[D], None]]:
        """Note a function as the play of the rows with these words."""

        def noted(play: Callable[[D], None]) -> Callable[[D], None]:
            self.plays |= dict.fromkeys(words, play)
            return play

        return noted

    def once(self) -> list[Callable[[D], None]]:
        """Return each play once, also one that shows several rows."""
        return list(dict.fromkeys(self.plays.values()))


def enter(operations: Operations, run: str) -> str:
    """Bring a new player with EUR 100.00 into the casino; returns who it is."""
    return open_seat(operations, f"p_{run}", "EUR", "100.00").player_id


def balance(operations: Operations, player: str) -> int:
    """Return the balance in cents."""
    wallet = operations.accounts.wallet(player, "EUR")
    assert wallet is not None
    return wallet.balance_minor


def refused(reply: Reply, status: int) -> str:
    """Return the text of a refusal with this status."""
    assert reply.status == status, reply
    return reply.text
