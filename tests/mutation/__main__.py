"""`make mutants`: change the code that decides and verifies, and see the tests notice each change.

What survives stands in `survivors.toml` with the reason why it may. The run fails for a share below
`BOUND`, for a survivor that is not listed, and for a listed one that is killed or gone.
Arguments name modules, such as `wallet.decide`; without any all of `MUTATED` are changed.
"""

import os
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from testing.template import PROJECT
from tests.mutation.campaign import Campaign, Outcome
from tests.mutation.mutants import Mutant, make_mutants

#: The share of mutants that the tests have to kill.
BOUND: Final = 0.95
CASINO: Final = PROJECT / "layers" / "shared" / "casino"
SURVIVORS: Final = Path(__file__).with_name("survivors.toml")

MUTATED: Final = (
    "wallet/decide*.py",
    "wallet/decision.py",
    "wallet/bonus_play.py",
    "bonus/decide.py",
    "limits/decide.py",
    "limits/windows.py",
    "signing/*.py",
    "dialects/*/*signature.py",
)
#: The tests of these decisions and signatures at the lowest layer: a mutant that none of them kills
#: plays them all.
TESTS: Final = (
    "tests/unit/wallet/test_decide*.py",
    "tests/unit/wallet/test_holds.py",
    "tests/unit/bonus/test_*.py",
    "tests/unit/limits/test_*.py",
    "tests/unit/dialects/test_families.py",
    "tests/unit/dialects/**/test_*sign*.py",
    "tests/unit/dialects/test_vectors.py",
    "tests/unit/ops/test_*signature*.py",
)


def main(wanted: list[str]) -> int:
    """Run the mutants of the wanted modules; returns 0 when the list and the bound hold."""
    groups, modules = tomllib.loads(SURVIVORS.read_text()), _modules()
    if unknown := {*wanted, *groups} - modules.keys():
        raise SystemExit(f"these modules are not changed here: {', '.join(sorted(unknown))}")
    modules = {name: path for name, path in modules.items() if not wanted or name in wanted}
    mutants = [each for name, path in modules.items() for each in make_mutants(name, path)]
    campaign = Campaign(mutants, int(os.environ.get("JOBS", "1")), _tell)
    tests = sorted({str(path) for pattern in TESTS for path in PROJECT.glob(pattern)})
    if code := pytest.main(["-q", "-p", "no:cacheprovider", *tests], plugins=[campaign]):
        return int(code)
    ends = campaign.outcomes.items()
    survived = Counter((mutant.module, mutant.line) for mutant, end in ends if end == "survived")
    listed = Counter(
        (module, line)
        for module in modules
        for group in groups.get(module, ())
        for line in group["mutants"]
    )
    for module, line in (survived - listed).elements():
        say(f"not listed: {module}: {line}")
    for module, line in (listed - survived).elements():
        say(f"listed, and killed or gone: {module}: {line}")
    say("| module | mutants | killed | share |\n|---|---|---|---|")
    for module in dict.fromkeys(mutant.module for mutant in mutants):
        say(_row(f"`{module}`", Counter(end for mutant, end in ends if mutant.module == module)))
    every = Counter(campaign.outcomes.values())
    say(_row("all", every))
    say(f"{every['capped']} of the killed ones met a bound of time or memory")
    return int(every["survived"] > (1 - BOUND) * every.total() or survived != listed)


def _modules() -> dict[str, Path]:
    """Return the files to change, by the name of their module in `casino`."""
    found = sorted(path for pattern in MUTATED for path in CASINO.glob(pattern))
    return {".".join(path.relative_to(CASINO).with_suffix("").parts): path for path in found}


def _tell(mutant: Mutant) -> None:
    say(f"survives: {mutant.module}: {mutant.line}")


def _row(name: str, ends: Counter[Outcome]) -> str:
    killed = ends.total() - ends["survived"]
    return f"| {name} | {ends.total()} | {killed} | {killed / ends.total():.1%} |"


def say(line: str) -> None:
    """Tell it at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
