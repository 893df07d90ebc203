"""Compares an answer with what a step expects; says what is wrong in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from certify.dialects import Letter
from certify.model import Answer, Minor, Step


@dataclass(frozen=True)
class Shot:
    """A request of a step, before it is sent, and what came back."""

    step: Step
    letter: Letter
    answer: Answer | None = None


def judge_answer(step: Step, answer: Answer, first: Answer) -> list[str]:
    """Return what is wrong with an answer; `first` is the first one to the same transaction."""
    expect, told = step.expect, told_of(answer)
    if expect.like:
        return _compare(expect.like, answer, first)
    if not expect.kinds:
        return []
    if answer.kind not in expect.kinds:
        return [f"got {told}, not {' or '.join(sorted(expect.kinds))}"]
    faults = [] if expect.bare else list(answer.faults)
    if expect.statuses and answer.status not in expect.statuses:
        wanted = " or ".join(map(str, sorted(expect.statuses)))
        faults.append(f"got {told}, not {wanted}")
    if expect.code and answer.code != expect.code:
        faults.append(f"got {told}, not `{expect.code}`")
    if expect.holds and expect.holds not in (answer.json or {}):
        faults.append(f"the answer has no `{expect.holds}`")
    return faults


def judge_group(step: Step, shots: Sequence[Shot], before: Minor | None) -> list[str]:
    """Return whether several transactions at once tell a balance each, as if one after another."""
    if before is None:
        return []
    moves = [shot.letter.amount * step.expect.effect for shot in shots]
    told = sorted(
        shot.answer.balance
        for shot in shots
        if shot.answer is not None and shot.answer.balance is not None
    )
    wanted = sorted(before + sum(moves[: n + 1]) for n in range(len(moves)))
    return [] if told == wanted else ["the balances are not those of one transaction after another"]


def judge_rivals(shots: Sequence[Shot]) -> list[str]:
    """Return whether more than one of those was accepted that exclude each other."""
    rivals = [shot for shot in shots if shot.step.expect.rival and shot.answer]
    accepted = [s.letter.name for s in rivals if s.answer is not None and s.answer.kind == "ok"]
    return [f"more than one was accepted: {', '.join(accepted)}"] if len(accepted) > 1 else []


def told_of(answer: Answer) -> str:
    """Return an answer in a few words."""
    status = "no answer" if answer.kind == "lost" else str(answer.status)
    code = "".join(c for c in answer.code[:60] if c.isprintable())
    return f"{status} {code}".strip()


def _compare(like: str, answer: Answer, first: Answer) -> list[str]:
    if like == "same":
        equal = (answer.status, answer.body) == (first.status, first.body)
        return [] if equal else [f"got {told_of(answer)}: not the bytes of the first answer"]
    mine, theirs = ((a.kind, a.status, a.code, a.reference) for a in (answer, first))
    return [] if mine == theirs else [f"got {told_of(answer)}: not the outcome {told_of(first)}"]
