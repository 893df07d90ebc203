"""Plays rounds of a studio whose requests meet trouble, and asks whether the money held.

It held when the studio's books and the ledger agree about every round, the ledger knows no other
round of these sessions, and the wallet is proved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from casino.base.money import amount
from casino.base.times import iso_utc
from casino.wallet.model import Entry, session_key
from casino.wallet.statement import Wanted
from ops.context import Operations
from ops.verbs import ledger
from sandbox.console.studios import Studio

#: Kind → its name on the button, what it does, and its options.
TROUBLES: Final[Mapping[str, tuple[str, str, Mapping[str, Any]]]] = {
    "delay": ("Delay", "each request leaves half a second late", {"delay_s": 0.5}),
    "double": ("Double", "each request arrives twice", {}),
    "reorder": ("Reorder", "a message arrives behind the one after it", {}),
    "drop": ("Drop the request", "it never arrives", {}),
    "drop-answer": ("Drop the answer", "the wallet commits, and the answer is lost", {}),
    "skew": ("Skew the clock", "the studio signs ten minutes late", {"skew_s": -600}),
    "signature": ("Bad signature", "one digit of the signature is another", {}),
    "session": ("Expired session", "bets name a session that has expired", {}),
    "down": ("Provider down", "the studio is cut off in the middle of a round", {"after": 1}),
}


@dataclass(frozen=True)
class Plan:
    """What is to be played; the trouble meets `times` requests."""

    kind: str
    times: int
    rounds: int
    stake: str
    player: str
    currency: str


@dataclass(frozen=True)
class Outcome:
    """What came of it; amounts are in the currency's main unit."""

    plan: Plan
    studio: str
    rounds: Sequence[Mapping[str, Any]]
    """As the studio's books say, each with what the ledger says that it `moved`."""
    owed: int
    moved: Decimal
    """What the ledger says that all rounds of the same sessions moved, unknown ones among them."""
    carried: Sequence[Mapping[str, Any]]
    proof: str
    proved: bool

    @property
    def said(self) -> Decimal:
        """What the studio's books say that all rounds moved."""
        return sum((Decimal(each["net"] or 0) for each in self.rounds), Decimal(0))

    @property
    def held(self) -> bool:
        """Whether no cent was lost, invented or doubled."""
        agree = all(Decimal(each["net"] or 0) == each["moved"] for each in self.rounds)
        return agree and self.said == self.moved and not self.owed and self.proved


def trouble(operations: Operations, studio: Studio, plan: Plan) -> dict[str, Any]:
    """Return what the studio's line is told; for an expired session one is made."""
    more = dict(TROUBLES[plan.kind][2])
    if plan.kind == "session":
        more["session"] = f"expired-{uuid4().hex[:12]}"
        known = more["session"]
        if studio.name == "flexsoft":
            known = session_key(studio.integration, known)
        operations.sessions.open(
            plan.player, plan.currency, "expired", who=operations.who("the console"),
            integration=studio.integration, ttl_s=-60, session_id=known,
        )  # fmt: skip
    return {"kind": plan.kind, "times": plan.times, **more}


def play(operations: Operations, studio: Studio, plan: Plan) -> Outcome:
    """Play the plan in a new game, end the trouble, let the studio settle, and compare."""
    since = operations.clock.now()
    studio.calm()
    game = studio.open_game(operations, plan.player, plan.currency)
    known = max((each["number"] for each in studio.line()["carried"]), default=0)
    try:
        studio.arm(trouble(operations, studio, plan))
        for _ in range(plan.rounds):
            studio.spin(game, plan.stake)
    finally:
        studio.calm()
    books = studio.settle(game)
    carried = [each for each in studio.line()["carried"] if each["number"] > known]
    written = _written(operations, plan, since)
    rounds = [{**each, "moved": _moved(written, each["round_id"])} for each in books["rounds"]]
    proof = ledger.verify(operations, plan.player, plan.currency)
    return Outcome(
        plan, studio.title, rounds, books["owed"], _moved_in_all(written, rounds), carried,
        proof.as_text(), not proof.exit_code,
    )  # fmt: skip


def _written(operations: Operations, plan: Plan, since: float) -> list[Entry]:
    history = operations.statements.of_wallet(
        plan.player, plan.currency, Wanted(since=iso_utc(since))
    )
    return [entry for entry in history.entries if isinstance(entry, Entry)]


def _moved(written: Sequence[Entry], round_id: str) -> Decimal:
    return _sum(entry for entry in written if _tag(entry.round_id) == _tag(round_id))


def _moved_in_all(written: Sequence[Entry], rounds: Sequence[Mapping[str, Any]]) -> Decimal:
    known = {_tag(each["round_id"]) for each in rounds}
    sessions = {entry.session_id for entry in written if _tag(entry.round_id) in known} - {""}
    return _sum(
        entry for entry in written if entry.session_id in sessions or _tag(entry.round_id) in known
    )


def _sum(entries: Iterable[Entry]) -> Decimal:
    changes = (
        (one.balance_after_minor - one.balance_before_minor, one.currency) for one in entries
    )
    return sum((amount(*change) for change in changes), Decimal(0))


def _tag(round_id: str | None) -> str:
    """Return what is a round's own in its id; some studios name its kind before that."""
    return (round_id or "").rpartition("-")[2]
