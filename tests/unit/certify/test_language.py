"""What a line of a scenario means."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from certify.catalogue import CatalogueError, choose, load, read
from certify.dialects import Access
from certify.dialects.igsp import Igsp
from certify.language import LanguageError, read_step
from certify.model import Amount, Seat
from certify.play import Rules
from certify.protocols import PROTOCOLS
from certify.runner import run
from testing.broken_wallet.door import KEY, SECRET
from testing.broken_wallet.trial import DirectLine
from testing.broken_wallet.wallet import BrokenWallet

ROW: Final = """
[[scenario]]
id = "X-1"
title = "t"
proves = "p"
text = "x"
severity = "must"
tags = ["a"]
remedy = "r"
steps = ["bet b 1.00 | debits"]
"""


def test_a_line_says_what_is_sent_and_what_must_come_back() -> None:
    step = read_step(
        '& 4* bet b 2.50 @2 round=r type=tip n:={"a":1} -game_id !time=-3 | some debits'
    )
    assert (step.joined, step.count, step.different, step.verb, step.name) == (
        True, 4, True, "bet", "b",
    )  # fmt: skip
    assert (step.amount, step.seat, step.ids) == (Amount(250), 1, {"round": "r"})
    assert step.fields == {"type": "tip", "n": {"a": 1}}
    assert step.without == frozenset({"game_id"})
    assert step.tweaks == {"time": "-3"}
    assert step.expect.kinds == frozenset({"ok", "refused"})
    assert step.expect.effect == -1


@pytest.mark.parametrize(
    ("words", "amount", "of_1001"),
    [("2.50", Amount(250), 250), ("all", Amount(0, True), 1001),
     ("all/2", Amount(0, True, 2), 500), ("all+0.01", Amount(1, True), 1002)],
)  # fmt: skip
def test_an_amount_is_fixed_or_a_part_of_the_balance(
    words: str, amount: Amount, of_1001: int
) -> None:
    step = read_step(f"bet b {words} | debits")
    assert step.amount == amount
    assert amount.minor(1001) == of_1001


@pytest.mark.parametrize("line", ["bet b 2.50", "bet b 2.5 | ok", "bet b | maybe", "| ok"])
def test_a_line_that_means_nothing_is_refused(line: str) -> None:
    with pytest.raises(LanguageError):
        read_step(line)


def test_two_scenarios_never_have_one_id(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text(ROW.replace("X-1", "FUN-01"))
    with pytest.raises(CatalogueError, match="FUN-01"):
        load("igsp", [file])
    with pytest.raises(CatalogueError, match="X-1"):
        read(ROW.replace('title = "t"', ""))


@pytest.mark.parametrize(
    ("old", "new"),
    [('"must"', '"MUST"'), ('["a"]', "[]"), ('["bet b 1.00 | debits"]', "[]"),
     ('["bet b 1.00 | debits"]', "[1]"), ('"t"', "1"), ("b 1.00", "b n:={ 1.00"),
     ("[[scenario]]", "[scenario]"), ("id =", "id")],
)  # fmt: skip
def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "more.toml"
    assert old in ROW
    file.write_text(ROW.replace(old, new))
    with pytest.raises(CatalogueError, match=r"more\.toml: "):
        load("igsp", [file])


@pytest.mark.parametrize(
    "step", ["bte b 1.00 | debits", "again b | same", "bet b 1.00 @3 | debits",
             "bet b 1.00 !body=none | debits"],
)  # fmt: skip
def test_a_scenario_that_cannot_be_played_fails(step: str) -> None:
    wallet = BrokenWallet()
    seats = [Seat("ann", "EUR", wallet.seat("ann"))]
    (result,) = run(
        read(ROW.replace("bet b 1.00 | debits", step)), Igsp(Access("", KEY, SECRET)),
        DirectLine(wallet), seats, Rules(),
    ).results  # fmt: skip
    assert result.verdict == "failed"
    assert result.faults[-1].startswith("the scenario cannot be played: ")


def test_scenarios_are_chosen_by_id_and_tag() -> None:
    all_of_them = load("igsp")
    assert [s.id for s in choose(all_of_them, ["ide-01"])] == ["IDE-01"]
    assert {s.id for s in choose(all_of_them, tags=["storm"])} == {"NET-07", "NET-08", "NET-09"}
    mine = replace(all_of_them[0], tags=("mine",))
    assert choose([mine], ["FUN"], ["other"]) == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_scenario_says_what_it_proves_by_which_text_and_what_to_do(protocol: str) -> None:
    found = load(protocol)
    assert len(found) >= (80 if protocol == "igsp" else 30)
    for scenario in found:
        assert all((scenario.title, scenario.proves, scenario.text, scenario.remedy)), scenario.id
        assert scenario.steps
        assert scenario.severity in ("must", "should", "informs")
        seen = any(not step.expect.kinds and not step.expect.like for step in scenario.steps)
        assert seen or scenario.severity != "informs", scenario.id
