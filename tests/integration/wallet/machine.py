"""How much of the machine other programs use, so that their time does not count as the wallet's."""

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Final

from casino.base.clock import SystemClock
from sandbox.ministack import MiniStack

#: What a machine does beside a run of tests without anybody noticing: a tenth of it.
_QUIET: Final = 0.1
_TICKS_S: Final = os.sysconf("SC_CLK_TCK")


class SharedClock(SystemClock):
    """The machine's clock, slowed to `pace`: the part of the machine that this program gets."""

    def __init__(self, pace: float) -> None:
        super().__init__()
        self._pace = pace

    def monotonic(self) -> float:
        """Return seconds of the time that was ours."""
        return super().monotonic() * self._pace

    def sleep(self, seconds: float) -> None:
        """Wait for so much of it."""
        super().sleep(seconds / self._pace)


def timed[T](work: Callable[[], T], stack: MiniStack) -> tuple[T, float]:
    """Return what `work` returned, and the pace that it had: 1 when the machine was ours.

    Else it is the part of its time on the processors that `stack` got when it asked for them. Where
    the kernel tells neither, the pace is 1.
    """
    if not Path("/proc/self/schedstat").exists():
        return work(), 1.0
    before = (_used_s(), _own_s(stack), *_scheduled(stack))
    done = work()
    after = (_used_s(), _own_s(stack), *_scheduled(stack))
    used, own, ran, waited = (now - then for now, then in zip(after, before, strict=True))
    return done, 1.0 if used - own < _QUIET * used else ran / (ran + waited)


def _used_s() -> float:
    """Return the seconds for which the processors have worked, for anybody."""
    _, user, nice, system, _, _, *interrupts = Path("/proc/stat").read_text().split("\n")[0].split()
    return sum(map(int, (user, nice, system, *interrupts[:3]))) / _TICKS_S


def _own_s(stack: MiniStack) -> float:
    """Return those of this process, of the children that it waited for, and of MiniStack."""
    mine = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    its = Path(f"/proc/{stack.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(one.ru_utime + one.ru_stime for one in mine) + sum(map(int, its)) / _TICKS_S


def _scheduled(stack: MiniStack) -> tuple[float, float]:
    """Return for how long MiniStack's threads ran, and for how long they waited to run."""
    files = Path(f"/proc/{stack.pid}/task").glob("*/schedstat")
    each = [[int(number) for number in file.read_text().split()[:2]] for file in files]
    return sum(ran for ran, _ in each) / 1e9, sum(waited for _, waited in each) / 1e9
