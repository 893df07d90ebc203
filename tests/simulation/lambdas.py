"""The functions as Lambda runs them: environments with caches and clocks of their own.

An environment serves one request at a time. It starts cold, may be frozen between two requests,
and may end at any point of one; then whoever called learns nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.choices import Choices, Options
from tests.simulation.kernel import Host, Kernel, Process, Signal, present

type Event = Mapping[str, Any]
type Tell = Callable[..., None]
type Handler = Callable[[Event, object], dict[str, Any]]

#: When Lambda ends a request of a hook, in microseconds, as in the template.
TIMEOUT_US: Final = 5_000_000
_SKEWS: Final = Options((8, 0), (1, 900_000), (1, -900_000), (1, 40_000_000), (1, -40_000_000))
_POOL: Final = Options((5, "warm"), (2, "new"))
_STOPS: Final = Options((1, False), (1, True))
_MISHAPS: Final = Options((50, ""), (1, "killed"), (1, "frozen"))
_FROZEN: Final = Options((2, 300_000), (1, 3_000_000), (1, 70_000_000))
_TICKS: Final = 16


class Environment(Host):
    """One execution environment of a function."""

    handler: Handler | None = None
    is_busy = False
    idle_since_us = 0


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler: how long it may take."""

    kernel: Kernel
    ends_us: int
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        return (self.ends_us - self.kernel.now_us) // 1_000


@dataclass
class Lambdas:
    """Functions by name, each made anew for an environment by `make`."""

    kernel: Kernel
    choices: Choices
    make: Mapping[str, Callable[[], Handler]]
    tell: Tell
    is_calm: bool = False
    running: set[str] = field(default_factory=set)
    crashes: list[str] = field(default_factory=list)
    """What handlers raised: they never may."""
    overdue: list[str] = field(default_factory=list)
    """The requests that Lambda had to end, though nothing had stopped them."""

    def __post_init__(self) -> None:
        self._pools: dict[str, list[Environment]] = {name: [] for name in self.make}
        self._made = 0

    def invoke(self, function: str, event: Event, name: str) -> Signal:
        """Begin an invocation; the signal's value is the response, or `None` when there is none."""
        signal, environment = Signal(), self._environment(function, name)
        environment.is_busy = True
        self.running.add(name)
        process = self.kernel.start(
            name, environment, lambda: self._serve(function, event, environment, signal)
        )
        if not self.is_calm and (mishap := self.choices.pick(f"{name}!", _MISHAPS)):
            process.ticks_left = 1 + self.choices.number(f"{name}!!") % _TICKS
            process.mishap = lambda: self._befall(process, mishap)
        self.kernel.after(TIMEOUT_US, lambda: self._time_out(process, signal))
        return signal

    def _environment(self, function: str, name: str) -> Environment:
        idle = [each for each in self._pools[function] if not each.is_busy]
        if idle and self.choices.pick(f"{name}@", _POOL) == "warm":
            chosen = idle[-1]
            if self.choices.pick(f"{chosen.name} stops", _STOPS):
                chosen.frozen_us += self.kernel.now_us - chosen.idle_since_us
            return chosen
        self._made += 1
        made = f"{function} {self._made}"
        skew_us = self.choices.pick(f"{made} skew", _SKEWS)
        environment = Environment(self.kernel, made, skew_us)
        if skew_us:
            self.tell(f"environment {made} has a clock that is {skew_us / 1e6:+} s off")
        self._pools[function].append(environment)
        return environment

    def _serve(self, function: str, event: Event, environment: Environment, signal: Signal) -> None:
        process = present()
        assert process is not None
        response = None
        try:
            if environment.handler is None:
                environment.handler = self.make[function]()
            ends_us = self.kernel.now_us + TIMEOUT_US
            context = Context(self.kernel, ends_us, process.name)
            response = environment.handler(event, context)
        except Exception as error:  # noqa: BLE001 - a finding of the simulation
            self.crashes.append(f"{process.name}: {error!r}")
        finally:
            self.running.discard(process.name)
            environment.is_busy = False
            environment.idle_since_us = self.kernel.now_us
            if response is None:
                self._pools[function].remove(environment)
                self.tell(f"{process.name}: its environment ends", step=False)
            signal.at_us = self.kernel.now_us
            signal.happen(response)

    def _befall(self, process: Process, mishap: str) -> None:
        if mishap == "killed":
            self.tell(f"{process.name}: killed")
            process.die()
        seconds = self.choices.pick(f"{process.name}!~", _FROZEN)
        process.was_frozen = True
        self.tell(f"{process.name}: frozen for {seconds / 1e6} s")
        self.kernel.pause(seconds)

    def _time_out(self, process: Process, signal: Signal) -> None:
        if not signal.has_happened and not process.dead:
            self.tell(f"{process.name}: its time is over", step=False)
            if not process.was_frozen:
                self.overdue.append(process.name)
            self.kernel.kill(process)
