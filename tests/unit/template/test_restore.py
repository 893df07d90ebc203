"""A stack can be pointed at restored tables: at all three of the money, or at none."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from testing.template import Template, load_template, written_template
from tests.unit.template.template_edge import broken_rules

MONEY: Final = ("Ledger", "Wallets", "Rounds")
_ARN: Final = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table"


def _restored(own: Any) -> Any:
    """Return what takes the place of a reference to one of the stack's own tables."""
    match own:
        case {"Ref": table}:
            return {"Fn::Sub": f"${{RestoredTables}}-{_name(table)}"}
        case {"Fn::GetAtt": ["LedgerTable", "StreamArn"]}:
            return {"Fn::Sub": f"{_ARN}/${{RestoredTables}}-ledger/stream/${{RestoredStream}}"}
        case {"Fn::GetAtt": [table, "Arn"]}:
            return {"Fn::Sub": f"{_ARN}/${{RestoredTables}}-{_name(table)}"}
        case {"Fn::Sub": "${LedgerTable.Arn}/index/by_wallet"}:
            return {"Fn::Sub": f"{_ARN}/${{RestoredTables}}-ledger/index/by_wallet"}
    return None


def _name(table: str) -> str:
    return table.removesuffix("Table").lower()


def _mentions(value: Any) -> bool:
    """Tell whether a leaf of the template names one of the tables."""
    match value:
        case {"Ref": named}:
            return str(named) in {f"{name}Table" for name in MONEY}
        case {"Fn::GetAtt": [named, _]}:
            return str(named) in {f"{name}Table" for name in MONEY}
        case {"Fn::Sub": str(text)}:
            return any(f"${{{name}Table" in text for name in MONEY)
    return False


def stuck_references(value: Any, place: str = "") -> Iterator[str]:
    """Yield where the template names a table of the money that a restored one cannot replace."""
    match value:
        case {"Fn::If": ["HasRestored", other, own]}:
            if not _mentions(own) or other != _restored(own):
                yield place
        case _ if _mentions(value):
            yield place
        case dict():
            for name, each in value.items():
                yield from stuck_references(each, f"{place}/{name}")
        case list():
            for number, each in enumerate(value):
                yield from stuck_references(each, f"{place}/{number}")


@pytest.fixture(scope="module")
def template() -> Template:
    return written_template()


def test_o13_every_reference_to_the_money_follows_the_restored_tables(template: Template) -> None:
    assert list(stuck_references(template)) == []
    # Whatever else names them would not be seen: a table's own resource, and nothing more.
    text = json.dumps(template)
    for name in MONEY:
        assert text.count(f"{name}Table") >= 3


@pytest.mark.parametrize(
    "broken",
    [
        {"Fn::GetAtt": ["WalletsTable", "Arn"]},
        {"Ref": "LedgerTable"},
        {"Fn::Sub": "${LedgerTable.Arn}/index/by_wallet"},
        {"Fn::If": ["HasRestored", {"Ref": "RestoredTables"}, {"Ref": "RoundsTable"}]},
        {"Fn::If": ["HasRestored", _restored({"Ref": "WalletsTable"}), {"Ref": "LedgerTable"}]},
    ],
)
def test_a_reference_that_stays_behind_is_seen(template: Template, broken: Any) -> None:
    copy = json.loads(json.dumps(template))
    copy["Globals"]["Function"]["Environment"]["Variables"]["LEDGER_TABLE"] = broken
    assert list(stuck_references(copy)) == ["/Globals/Function/Environment/Variables/LEDGER_TABLE"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, []),
        ({"RestoredTables": "p", "RestoredStream": "2026"}, []),
        ({"RestoredTables": "p"}, ["RestoredTablesNeedTheirStream"]),
        ({"RestoredStream": "2026"}, ["RestoredStreamNeedsItsTables"]),
    ],
)
def test_o13_restored_tables_come_together_with_their_stream(
    given: dict[str, str], refused: list[str]
) -> None:
    assert broken_rules(load_template(), given) == refused


def test_the_stacks_own_tables_stay_beside_the_restored_ones(template: Template) -> None:
    """They are evidence, and the way back: nothing of a restore lets one of them go."""
    for name in MONEY:
        table = template["Resources"][f"{name}Table"]
        assert "Condition" not in table
        assert table["UpdateReplacePolicy"] == "Retain"
