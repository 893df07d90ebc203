"""The command line itself: what it loads, and its words for what was typed wrongly."""

import json
import subprocess
import sys

import pytest

from testing.command_line import EVERY_VERB
from tests.functional.ops.console import Console

SHOW_MODULES = """
import json, sys
from ops.cli import app
try:
    app(["--help"])
except SystemExit as end:
    print(json.dumps([end.code, *sorted(sys.modules)]))
"""
#: Words of typer and of pydantic.
FOREIGN = (
    "Input should",
    "No such",
    "Got unexpected",
    "Missing ",
    "Invalid value",
    "valid integer",
)


def test_n7_help_loads_neither_the_wallet_nor_an_sdk() -> None:
    said = subprocess.run([sys.executable, "-c", SHOW_MODULES], capture_output=True, text=True)
    code, *modules = json.loads(said.stdout.splitlines()[-1])
    assert code == 0
    assert "verify-signature" in said.stdout
    packages = {name.partition(".")[0] for name in modules}
    assert not packages & {"casino", "botocore", "pydantic", "rich", "msgspec", "urllib3"}
    assert {name for name in modules if name.startswith("ops.")} == {"ops.cli", "ops.invocation"}


MISTYPED = [
    (("player", "fund", "ann", "EUR", "-5", "--reason", "x"), "-5"),
    (("player", "fund", "ann"), "CURRENCY is missing"),
    (("session", "launch", "ann", "EUR"), "--game is missing"),
    (("bogus",), "ops knows"),
    (("player", "bogus"), "ops player knows fund"),
    (("player", "show", "ann", "bob"), "more words than ops player show takes"),
    (("player", "show", "ann", "--bogus"), "no option --bogus"),
    (("player", "show", "ann", "--json=5"), "--json has no value and needs one, or has one"),
    (("audit", "--limit", "0"), "--limit must be a whole number from 1"),
    (("audit", "--limit", "x"), "--limit must be a whole number from 1"),
    (("session", "open", "a", "EUR", "--game", "g", "--ttl-minutes", "43201"), "1 to 43200"),
    (("integration", "add", "acme", "--grace-days", "nan"), "a number from 0 to 30"),
    (("ledger", "verify", "ann"), "currency of the wallet"),
]


@pytest.mark.parametrize(
    ("typed", "told"), MISTYPED, ids=[" ".join(typed) for typed, _ in MISTYPED]
)
def test_n11_what_is_mistyped_is_told_in_our_own_words(
    ops: Console, typed: tuple[str, ...], told: str
) -> None:
    plain, as_json = ops(*typed), ops(*typed, "--json")
    assert (plain.code, plain.out, as_json.code) == (2, "", 2)
    assert plain.err.startswith("ops: ")
    assert told in plain.err
    assert told in as_json.json["message"]
    assert not [words for words in FOREIGN if words in plain.err + as_json.out]


@pytest.mark.parametrize("verb", sorted(EVERY_VERB), ids=" ".join)
def test_n11_no_option_of_any_verb_answers_in_foreign_words(
    ops: Console, verb: tuple[str, ...]
) -> None:
    shown = ops(*verb, "--help").out
    options = {word for word in shown.split() if word.startswith("--")} - {"--help"}
    assert "--json" in options
    for option in options:
        said = ops(*verb, option, "x")
        assert not [words for words in FOREIGN if words in said.err + said.out], (option, said)


def test_a_noun_without_a_verb_shows_its_verbs(ops: Console) -> None:
    for typed in ((), ("player",)):
        said = ops(*typed)
        assert (said.code, "Usage: ops" in said.err) == (2, True)
