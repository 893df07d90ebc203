"""Attack the signature families with mutants: `make abuse` with a million for each, CI with fewer.

Every mutant must be refused with the typed refusal. The seed of each piece of work is its number,
so a run finds the same as the one before it, on however many cores.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from typing import Final

from casino.signing.scheme import SignatureRefusedError
from testing.signatures import API_KEY, Signed
from tests.abuse.mutants import MUTATIONS
from tests.abuse.requests import KINDS, a_request

PIECE: Final = 5_000
#: How many mutants are made of one valid request.
LITTER: Final = 50


@dataclass
class Found:
    """What a number of mutants met; a failure is described well enough to be repeated."""

    mutants: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    by_mutation: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        self.mutants += other.mutants
        self.refused += other.refused
        self.by_mutation += other.by_mutation
        self.failures += other.failures[: 20 - len(self.failures)]


def verdict(request: Signed) -> str:
    """Return `accepted` or the reason of the refusal, as a hook decides it."""
    try:
        if request.scheme.names_key and request.scheme.credential(request.headers) != API_KEY:
            return "unknown key"
        request.verify()
    except SignatureRefusedError as refused:
        return refused.reason
    return "accepted"


def attack(name: str, piece: int, count: int = PIECE) -> Found:
    """Try `count` mutants of one family."""
    rng, found = random.Random(f"{name}/{piece}"), Found()
    mutations, weights = list(MUTATIONS), list(MUTATIONS.values())
    for request, number in _requests(name, rng):
        if found.mutants >= count:
            break
        mutation = rng.choices(mutations, weights)[0]
        mutant = mutation(rng, request)
        if mutant is None:
            continue
        found.mutants += 1
        found.by_mutation[mutation.__name__] += 1
        where = f"{name}, piece {piece}, step {number}, {mutation.__name__}"
        try:
            said = verdict(mutant)
        except Exception as error:  # noqa: BLE001 - any but the typed refusal is what is looked for
            found.failures.append(f"{where}: {error!r}")
            continue
        found.refused[said] += 1
        if said == "accepted":
            found.failures.append(f"{where}: accepted {mutant.headers} {mutant.body!r}")
    return found


def _requests(name: str, rng: random.Random) -> Iterator[tuple[Signed, int]]:
    """Yield a valid request again and again, then another; each is shown to be valid first."""
    number = 0
    while True:
        request = a_request(name, rng)
        if (said := verdict(request)) != "accepted":
            raise AssertionError(f"a valid request of {name} was refused: {said}")
        for _ in range(LITTER):
            number += 1
            yield request, number


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=1_000_000, help="for each family")
    parser.add_argument("--first", type=int, default=0, help="the piece to begin with")
    parser.add_argument("--family", choices=KINDS, action="append")
    options = parser.parse_args()
    failed = False
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in options.family or KINDS:
            began, total = time.monotonic(), Found()
            pieces = range(options.first, options.first - (-options.mutants // PIECE))
            for found in pool.map(attack, repeat(name), pieces):
                total.add(found)
            took = time.monotonic() - began
            said = f"{name}: {total.mutants} mutants in {took:.0f} s, {dict(total.refused)}"
            sys.stdout.write("\n  ".join((said, *total.failures)) + "\n")
            failed = failed or bool(total.failures)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
