"""What `make run` shows: the time of a first request is no time of the wallet's."""

import io

from rich.console import Console

from sandbox.demo import Seat, steps
from sandbox.part import Played
from sandbox.screen import say_where, show
from sandbox.stack import DeployedStack

SEATS = {
    name: Seat(name, "EUR", f"sess-{name}")
    for name in ("p_demo_1", "p_low_balance", "p_blocked_rg")
}


def test_n9_the_first_row_says_that_it_starts_an_environment_and_the_next_is_the_same_request() -> (
    None
):
    first, second, *_ = steps(SEATS)

    assert first.title == "balance (starts an environment)"
    assert second.title == "balance"
    assert first.fields == second.fields


def test_n9_under_the_table_stands_what_a_start_costs_and_where() -> None:
    first, second, *_ = steps(SEATS)
    console = Console(record=True, width=120)

    show(
        console,
        [Played(first, 200, "", "1000.00", 1840.4), Played(second, 200, "", "1000.00", 9.0)],
    )

    shown = console.export_text()
    assert "1840" in shown
    assert "the first request of an environment starts it" in shown


def test_the_last_lines_begin_with_the_console() -> None:
    console = Console(record=True, file=io.StringIO())
    stack = DeployedStack({}, "http://127.0.0.1:4566/api")
    say_where(console, "http://127.0.0.1:8095", stack, {"iGSP": "http://127.0.0.1:8090/play/x"}, 60)
    first, second, *_, last = console.export_text().splitlines()
    assert first == "up in 60 s; make down stops it"
    assert second == "console http://127.0.0.1:8095"
    assert last == "play    http://127.0.0.1:8090/play/x (iGSP)"
