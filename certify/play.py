"""Plays one scenario: sends its steps, keeps the books of its players, judges the answers."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

from certify.dialects import Dialect, Letter
from certify.judge import Shot, judge_answer, judge_group, judge_rivals, told_of
from certify.masks import Mask, forms
from certify.model import (
    Answer,
    Exchange,
    Expect,
    Minor,
    Reply,
    Request,
    Result,
    Scenario,
    Seat,
    Step,
    now,
    number,
)
from certify.transport import Line

_SHOWN: Final = 2_000
_NAME: Final = 200
#: More than any scenario takes from a player for good, in minor units.
_MUCH: Final = 50_00


@dataclass
class Chair:
    """A seat, and what its player has by our books."""

    seat: Seat
    balance: Minor | None = None
    """`None` until it was read, or where nothing tells it."""

    def move(self, minor: int) -> None:
        if self.balance is not None:
            self.balance += minor

    def written(self, minor: Minor | None) -> str:
        return "unknown" if minor is None else number(minor, self.seat.places)


@dataclass(frozen=True)
class Rules:
    """How the kit behaves, whatever the scenario."""

    tries: int = 5
    pause_s: float = 0.1
    """Before the first repetition; it doubles, and is random."""
    budgets: dict[str, float] = field(default_factory=dict)
    requests: int = 100
    """Of the load."""
    secret: str = field(default="", repr=False)
    hidden: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Further credentials that no report shows → what they are."""
    given: frozenset[str] = frozenset()
    """Optional settings that the user gave."""


class Play:
    """One scenario at one platform."""

    def __init__(
        self, scenario: Scenario, dialect: Dialect, line: Line, chairs: Sequence[Chair],
        run: str, rules: Rules, measures: "Mapping[str, Callable[[Play, Step], None]]",
    ) -> None:  # fmt: skip
        self.scenario, self.dialect, self.chairs, self.rules = scenario, dialect, chairs, rules
        self.result = Result(scenario, "passed")
        self.letters: dict[str, Letter] = {}
        self.firsts: dict[str, Answer] = {}
        self._line, self._run, self._sent = line, run, 0
        self._measures = measures
        self._seen: list[tuple[str, str]] = []
        self._references: set[str] = set()
        self._starts: list[Minor | None] = []
        self._lock = threading.Lock()
        self._mask = Mask({**rules.hidden, rules.secret: "secret"})

    def play(self) -> Result:
        """Play all steps; the verdict is in the result."""
        started, result = time.perf_counter(), self.result
        for chair in self.chairs:
            if chair.balance is None:
                chair.balance = self.look(chair)
        self._starts = [chair.balance for chair in self.chairs]
        for group in _groups(self.scenario.steps):
            self._play_group(group)
        for chair, start in zip(self.chairs, self._starts, strict=True):
            self._balance_the_books(chair)
            self._put_back(chair, start)
        if self.scenario.severity == "informs":
            told = self.scenario.behaviours.get(" ".join(kind for kind, _ in self._seen))
            said = [told] if told else [words for _, words in self._seen]
            result.observed = "; ".join([*said, *result.faults])
            result.faults, result.verdict = [], "observed"
        elif result.faults:
            result.verdict = "failed"
        result.faults = [self._mask.hide(fault) for fault in result.faults]
        result.observed = self._mask.hide(result.observed)
        result.seconds = time.perf_counter() - started
        return result

    def _play_group(self, group: Sequence[Step]) -> None:
        if group[0].verb in self._measures:
            self._measures[group[0].verb](self, group[0])
            return
        before = {id(chair): chair.balance for chair in self.chairs}
        shots = [shot for step in group for shot in self._shots(step)]
        if len(shots) == 1:
            answered = [self._settle(shots[0])]
        else:
            with ThreadPoolExecutor(len(shots)) as pool:
                answered = list(pool.map(self._settle, shots))
        for step in group:
            mine = [shot for shot in answered if shot.step is step]
            self._judge(step, mine, alone=len(shots) == 1)
            chair = self.chairs[step.seat]
            if step.expect.start and chair.balance != self._starts[step.seat]:
                told, should = (chair.written(b) for b in (chair.balance, self._starts[step.seat]))
                self._note(step, [f"the player has {told}, and had {should} at first"])
            if step.expect.ladder:
                self._note(step, judge_group(step, mine, before[id(chair)]))

        self._note(group[0], judge_rivals(answered))

    def _judge(self, step: Step, shots: Sequence[Shot], alone: bool) -> None:
        chair, expect, moved = self.chairs[step.seat], step.expect, False
        for shot in shots:
            answer = shot.answer
            assert answer is not None  # noqa: S101 - set by _settle
            first = self.firsts.get(shot.letter.name, answer)
            if answer.kind in ("ok", "refused") and not step.tweaks:
                self.firsts[shot.letter.name] = first
            if answer.kind == "ok" and not (expect.one and moved) and not expect.like:
                amount = shot.letter.amount if expect.credit is None else expect.credit
                chair.move(expect.effect * amount)
                moved = True
            self._note(step, judge_answer(step, answer, first))
            if expect.unique and answer.reference in self._references:
                self._note(step, ["the reference is that of another transaction"])
            self._references.add(answer.reference)
            if expect.one:
                self._note(step, judge_answer(replace(step, expect=_ALIKE), answer, first))
            if not expect.kinds:
                asked = step.text.partition("|")[0].strip()
                self._seen.append((answer.kind, f"{asked}: {told_of(answer)}"))
            told_now = step.verb != "again" or expect.effect
            tells = alone and told_now and answer.kind == "ok" and answer.balance is not None
            if tells and chair.balance is not None and not expect.like:
                self._compare(step.text, chair, answer.balance)

    def _compare(self, what: str, chair: Chair, balance: Minor | None) -> None:
        if balance != chair.balance:
            told, should = chair.written(balance), chair.written(chair.balance)
            self.result.faults.append(f"{what}: the balance is {told} and must be {should}")

    def _note(self, step: Step, faults: Sequence[str]) -> None:
        self.result.faults += [f"{step.text}: {fault}" for fault in faults]

    def _balance_the_books(self, chair: Chair) -> None:
        if chair.balance is None:
            return
        told = self.look(chair)
        self._compare(f"afterwards, {chair.seat.player_id}", chair, told)
        chair.balance = told

    def _put_back(self, chair: Chair, start: Minor | None) -> None:
        """Give back what a fault took, so that no later scenario lacks it."""
        if start is None or chair.balance is None or start - chair.balance < _MUCH:
            return
        letter = self.dialect.letter("win", self.id("back"), int(start - chair.balance), chair.seat)
        self._try(_LOOK, letter, chair.seat)
        chair.balance = self.look(chair)

    def look(self, chair: Chair) -> Minor | None:
        """Return the balance; a session that is over may tell none, then without a session."""
        if not self.dialect.shows_balance:
            return None
        letter = self.dialect.letter("balance", "", 0, chair.seat)
        bare = {k: v for k, v in letter.fields.items() if not k.startswith("session")}
        for asked in (letter, replace(letter, fields=bare)):
            answer = self._try(_LOOK, asked, chair.seat)
            if answer.kind == "ok":
                return answer.balance
        return None

    def id(self, label: str) -> str:
        """Return the id of a label: nobody else's, and the same throughout the scenario."""
        return f"{self._run}-{self.scenario.id.lower()}-{label}" if label else ""

    def _shots(self, step: Step) -> list[Shot]:
        if step.verb == "again":
            letter = self.letters[self.id(step.name)]
            return [Shot(step, letter)] * step.count
        if not step.different:
            return [Shot(step, self._letter(step, ""))] * step.count
        return [Shot(step, self._letter(step, f"-{n}")) for n in range(step.count)]

    def _letter(self, step: Step, suffix: str) -> Letter:
        chair = self.chairs[step.seat]
        ids = {
            key: self.id(label.removesuffix("#") + (suffix if label.endswith("#") else ""))
            for key, label in step.ids.items()
        }
        of = self.letters.get(self.id(step.amount_of) or ids.get("of", ""))
        amount = of.amount if of else 0
        if step.amount is not None:
            amount = step.amount.minor(chair.balance or 0)
        name = self.id(step.name.removesuffix("#") + suffix) if step.name else ""
        letter = self.dialect.letter(step.verb, name, amount, chair.seat)
        places = self.dialect.places_of_ids
        fields = dict(letter.fields)
        fields |= {places[key]: value for key, value in ids.items() if key != "key"}
        fields |= {key: self._value(key, value) for key, value in step.fields.items()}
        kept = {key: value for key, value in fields.items() if key not in step.without}
        key = ids.get("key") or name
        letter = replace(letter, fields=kept, amount=amount, name=name, key=key)
        self.letters.setdefault(name, letter)
        return letter

    def _value(self, key: str, value: Any) -> Any:
        """`@2` is the same field of the second player, `~b` an id of the kit's."""
        if isinstance(value, str) and value.startswith("@"):
            return getattr(self.chairs[int(value[1:]) - 1].seat, key)
        if isinstance(value, str) and value.startswith("~"):
            return self.id(value[1:])
        return value

    def _settle(self, shot: Shot) -> Shot:
        return replace(
            shot, answer=self._try(shot.step, shot.letter, self.chairs[shot.step.seat].seat)
        )

    def _try(self, step: Step, letter: Letter, seat: Seat) -> Answer:
        """Send until there is a definitive answer, as a provider does; each time signed anew."""
        pause = self.rules.pause_s
        for attempt in range(self.rules.tries):
            answer = self.send(step, letter, seat)
            if answer.kind in ("ok", "refused") or "cut" in step.tweaks:
                break
            if attempt + 1 < self.rules.tries:
                time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - no secret
                pause *= 2
        return answer

    def send(self, step: Step, letter: Letter, seat: Seat) -> Answer:
        """Send once, and write it down."""
        with self._lock:
            self._sent += 1
            trace_id = f"{self._run}-{self.scenario.id.lower()}-{self._sent}"
        request = self.dialect.seal(letter, step.tweaks, trace_id)
        at, reply = now(), self._line.send(request)
        self.result.exchanges.append(
            Exchange(
                at, step.text, trace_id, request.path or "/", reply.status, reply.ms,
                self._shown(request.body, request), self._shown(reply.body, request),
                self._shown(reply.headers.get("x-trace-id", "")[:_NAME].encode(), request),
            )
        )  # fmt: skip
        self._watch(step, reply)
        return self.dialect.read(letter.verb, reply, seat.places)

    def _watch(self, step: Step, reply: Reply) -> None:
        said = reply.body.decode("utf-8", "replace") + " ".join(reply.headers.values())
        if self.rules.secret and any(form in said for form in forms(self.rules.secret)):
            self._note(step, ["the answer holds the secret"])
        version = self._mask.hide(reply.headers.get("x-secret-version", ""))[:_NAME]
        if version:
            self.result.figures[f"secret-version:{version}"] = 1

    def _shown(self, body: bytes, request: Request) -> str:
        text = body[: 2 * _SHOWN].decode("utf-8", "backslashreplace")
        text = self._mask.hide(text, request.headers)
        return text[:_SHOWN] + f" … ({len(body)} bytes)" if len(body) > _SHOWN else text


def _groups(steps: Sequence[Step]) -> Iterator[list[Step]]:
    group: list[Step] = []
    for step in steps:
        if group and not step.joined:
            yield group
            group = []
        group.append(step)
    if group:
        yield group


_ALIKE: Final = Expect(like="alike")
_LOOK: Final = Step("balance", "balance", "", Expect())
