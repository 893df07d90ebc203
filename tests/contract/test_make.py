"""`make test` leaves no test out and runs none twice, on however many workers."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

import pytest

from testing.template import PROJECT
from tests.integration import shares

MAKEFILE: Final = (PROJECT / "Makefile").read_text("utf-8")
#: They say how it runs, not what.
HOW: Final = (r"-n auto", r"--maxprocesses \d+", r"--dist \w+", r"--no-loadscope-reorder")


def recipe(target: str) -> list[str]:
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found is not None
    return found[1].splitlines()


def selection(command: str) -> str:
    """Return what a call of pytest selects, without how it runs."""
    for option in HOW:
        command = re.sub(f" {option}", "", command)
    return command


def test_the_calls_of_pytest_are_all_the_tests_and_share_none() -> None:
    assert [selection(line) for line in recipe("test")] == [
        "\t$(BIN)/pytest --ignore=tests/integration",
        '\t$(BIN)/pytest -m "not alone" tests/integration',
        "\t$(BIN)/pytest -m alone tests/integration",
    ]


def test_check_runs_all_that_it_says() -> None:
    text = "\n".join(recipe("check"))
    assert re.findall(r"[a-z]+$", text, re.MULTILINE) == ["build", "test"]
    assert "--jobs=2 lint validate build\n" in text


@dataclass(eq=False)
class Worker:
    """A worker of pytest-xdist that notes which tests it is given."""

    gateway: Any = field(default_factory=lambda: SimpleNamespace(id="gw"))
    given: deque[int] = field(default_factory=deque)
    ran: list[str] = field(default_factory=list)
    shutting_down: bool = False

    def send_runtest_some(self, indexes: list[int]) -> None:
        self.given.extend(indexes)

    def shutdown(self) -> None:
        self.shutting_down = True


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_workers_share_the_integration_tests_out_and_two_deploy(count: int) -> None:
    modules = sorted((PROJECT / "tests" / "integration").rglob("test_*.py"))
    assert [m for m in shares.LONGEST if not (PROJECT / "tests" / "integration" / m).exists()] == []
    tests = [f"{file.relative_to(PROJECT)}::test_{n}" for file in modules for n in range(4)]
    config: Any = SimpleNamespace(
        rootpath=PROJECT,
        getvalue=lambda name: ["popen"] * count,
        option=SimpleNamespace(loadscopereorder=False),
    )
    scheduling, workers = shares.Shares(config), [Worker() for _ in range(count)]
    for worker in workers:
        scheduling.add_node(worker)
        scheduling.add_node_collection(worker, tests)
    scheduling.schedule()
    while waiting := [worker for worker in workers if worker.given]:
        for worker in waiting:
            index = worker.given.popleft()
            worker.ran.append(tests[index])
            scheduling.mark_test_complete(worker, index)

    assert Counter(test for worker in workers for test in worker.ran) == Counter(tests)
    assert all(worker.shutting_down for worker in workers)
    deploying = {
        id(worker)
        for worker in workers
        for test in worker.ran
        if shares.plays_on_the_stack(PROJECT / test.partition("::")[0])
    }
    assert len(deploying) == min(count, shares.HOSTS)
