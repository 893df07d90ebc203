"""Load and lag: many rounds at once against budgets, and how soon a win is in the balance."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from certify.model import Answer, Step
from certify.play import Chair, Play
from certify.slo import percentile

#: Of what a round stakes and wins, in minor units.
_STAKE: Final = 10
_LAG_S: Final = 5.0


def load(play: Play, step: Step) -> None:
    """Let each player play rounds, all at once, and compare latencies with the budgets."""
    rounds = max(play.rules.requests // (2 * len(play.chairs)), 1)

    def session(place: int) -> list[tuple[float, Answer]]:
        return [timed for n in range(rounds) for timed in _round(play, step, place, n)]

    started = time.perf_counter()
    with ThreadPoolExecutor(len(play.chairs)) as pool:
        timed = [row for rows in pool.map(session, range(len(play.chairs))) for row in rows]
    seconds = time.perf_counter() - started
    figures = {
        "p50_ms": percentile([ms for ms, _ in timed], 50),
        "p95_ms": percentile([ms for ms, _ in timed], 95),
        "p99_ms": percentile([ms for ms, _ in timed], 99),
        "errors_percent": 100 * sum(a.kind != "ok" for _, a in timed) / len(timed),
    }
    play.result.figures |= figures | {"per_second": len(timed) / seconds, "requests": len(timed)}
    for name, most in play.rules.budgets.items():
        if figures.get(name, 0) > most:
            play.result.faults.append(f"{name} is {figures[name]:.1f}, the budget {most:g}")


def _round(play: Play, step: Step, place: int, n: int) -> list[tuple[float, Answer]]:
    chair, answered = play.chairs[place], []
    for verb, sign in (("bet", -1), ("win", 1)):
        sent = replace(step, text=f"{verb} of round {n}", verb=verb, seat=place)
        started = time.perf_counter()
        answer = _send(play, sent, chair, f"{verb}-{place}-{n}")
        answered.append(((time.perf_counter() - started) * 1000, answer))
        if answer.kind in ("failed", "lost"):
            answer = _send(play, sent, chair, f"{verb}-{place}-{n}")  # what counts is the money
        if answer.kind == "ok":
            chair.move(sign * _STAKE)
    return answered


def _send(play: Play, step: Step, chair: Chair, name: str) -> Answer:
    letter = play.dialect.letter(step.verb, play.id(name), _STAKE, chair.seat)
    return play.send(step, letter, chair.seat)


def lag(play: Play, step: Step) -> None:
    """Pay a win, and look how long the balance takes to show it."""
    chair = play.chairs[step.seat]
    answer = _send(play, replace(step, verb="win"), chair, step.name)
    if answer.kind != "ok":
        play.result.faults.append(f"{step.text}: the win is not accepted")
        return
    chair.move(_STAKE)
    started = time.perf_counter()
    while play.look(chair) != chair.balance and time.perf_counter() - started < _LAG_S:
        play.result.figures["stale_reads"] = play.result.figures.get("stale_reads", 0) + 1
    play.result.figures["lag_ms"] = (time.perf_counter() - started) * 1000
    if "stale_reads" in play.result.figures:
        play.result.faults.append(f"{step.text}: the first balance afterwards is an old one")
