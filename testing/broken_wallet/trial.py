"""Lets the certification kit try the wallet in this process, with a player of each kind."""

import time
from collections.abc import Iterable, Sequence
from typing import Final

from certify.catalogue import choose, load
from certify.dialects import Access
from certify.dialects.igsp import Igsp
from certify.model import Reply, Request, Seat
from certify.play import Rules
from certify.runner import Run, run
from testing.broken_wallet.door import KEY, SECRET
from testing.broken_wallet.wallet import BrokenWallet

#: What is special about each player.
TRAITS: Final = (
    "normal",
    "normal",
    "normal",
    "blocked",
    "excluded",
    "limited",
    "closed",
    "suspended",
)
_CARRIED: Final = ("Authorization", "X-Timestamp", "X-Signature")


class DirectLine:
    """Carries requests to a wallet in this process."""

    def __init__(self, wallet: BrokenWallet) -> None:
        self._wallet = wallet

    def send(self, request: Request) -> Reply:
        """Hand a request over; of one that breaks off nothing arrives."""
        lost = Reply(0, {}, b"")
        if request.cut == "body":
            return lost
        headers = [(name, value) for name, value in request.headers if name in _CARRIED]
        hung_up = request.cut == "answer"
        started = time.perf_counter()
        status, body = self._wallet.handle(request.method, headers, request.body, hung_up)
        ms = (time.perf_counter() - started) * 1000
        return lost if hung_up else Reply(status, {}, body, ms)


def try_out(mistakes: Iterable[str] = (), only: Sequence[str] = ()) -> Run:
    """Run the iGSP scenarios, all or some, against a wallet that makes these mistakes."""
    wallet = BrokenWallet(frozenset(mistakes))
    seats = [
        Seat(name := f"p{number}", "EUR", wallet.seat(name, trait), trait)
        for number, trait in enumerate(TRAITS)
    ]
    dialect, rules = Igsp(Access("", KEY, SECRET)), Rules(tries=2, pause_s=0, secret=SECRET)
    return run(choose(load("igsp"), only), dialect, DirectLine(wallet), seats, rules)
