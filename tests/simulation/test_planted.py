"""A sample of the planted faults is found; `make planted` looks for all of them."""

import subprocess
import sys
from typing import Final

from testing.template import PROJECT
from tests.simulation.planted import MOST_SEEDS, SHORT, TABLE
from tests.simulation.plants import every_plant

#: A condition, a marker, a decision.
SAMPLE: Final = (
    "The entry is put whether or not its id is free",
    "A refund leaves no void marker",
    "A bet is taken without funds",
)


def test_the_simulation_finds_a_sample_of_planted_faults() -> None:
    command = [sys.executable, "-m", "tests.simulation.planted", "--processes", "1", "--only"]
    told = subprocess.run([*command, *SAMPLE], cwd=PROJECT, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout + told.stderr
    *lines, last = told.stdout.splitlines()
    assert last == f"{len(SAMPLE)} of {len(SAMPLE)} found"
    assert {line.partition(":")[0] for line in lines} == {*SAMPLE}


def test_the_page_says_of_every_plant_what_found_it() -> None:
    rows = [line.split(" | ") for line in TABLE.read_text("utf-8").splitlines()]
    found = {row[0].removeprefix("| "): row for row in rows[1:] if len(row) == 4}
    assert found.keys() - {"fault"} == {plant.fault for plant in every_plant()}
    found.pop("fault")
    assert all(
        check and int(seed.replace(",", "")) < MOST_SEEDS for _, check, seed, _ in found.values()
    )
    steps = [int(row[3].removesuffix(" |")) for row in found.values()]
    assert sum(each <= SHORT for each in steps) * 2 >= len(steps)
