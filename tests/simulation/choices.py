"""What a seed decides: each question has a place, and its answer hangs on seed and place alone.

So a question that is no longer asked changes no other answer, which is what makes a history shrink.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from itertools import accumulate
from typing import Any, Final

_SPACE: Final = 1 << 64


class Options[T]:
    """What can be chosen, each with its weight; the first one is calm: what usually happens."""

    def __init__(self, *weighted: tuple[float, T]) -> None:
        self.values = [value for _, value in weighted]
        self._until = list(accumulate(weight for weight, _ in weighted))

    def at(self, share: float) -> int:
        """Return the place of the option at a share of all weights, from 0 to 1."""
        return bisect(self._until, share * self._until[-1])


class Choices:
    """The answers of one seed.

    `calm` are places at which the calm option is taken whatever the seed says; `forced` says for
    some places which value is taken. `drawn` holds every answer that was not calm.
    """

    def __init__(
        self, seed: int, calm: Iterable[str] = (), forced: Mapping[str, Any] | None = None
    ) -> None:
        self._seed = f"{seed}/".encode()
        self._calm = frozenset(calm)
        self._forced = forced or {}
        self.drawn: dict[str, Any] = {}

    def number(self, place: str) -> int:
        """Return a whole number of 64 bits."""
        return int.from_bytes(blake2b(self._seed + place.encode(), digest_size=8).digest())

    def pick[T](self, place: str, options: Options[T]) -> T:
        """Return one of the options."""
        if place in self._forced:
            value: T = self._forced[place]
            return self._noted(place, value)
        if place in self._calm:
            return options.values[0]
        found = options.at(self.number(place) / _SPACE)
        if not found:
            return options.values[0]
        return self._noted(place, options.values[found])

    def _noted[T](self, place: str, value: T) -> T:
        self.drawn[place] = value
        return value
