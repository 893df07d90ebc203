"""Operators restore the tables of the money, and mend what that tore."""

from ops.restore import MONEY
from testing.play import Play
from testing.world import World
from tests.functional.ops.console import Console

REASON = ("--reason", "restore of Tuesday")


def tear(world: World, play: Play) -> None:
    """Let the wallet stand where it stood before the bet."""
    key = {"player_id": {"S": play.player_id}, "currency": {"S": play.currency}}
    before = world.client.get_item(TableName=world.tables.wallets, Key=key)["Item"]
    assert play.bet("2.50", round_id="r1").status == 200
    world.client.put_item(TableName=world.tables.wallets, Item=before)


def test_a_rebuild_lists_first_and_mends_when_told_to(world: World, play: Play) -> None:
    ops = Console(world)
    assert ops.json("ledger", "rebuild") == {"applied": False, "torn": [], "left": []}
    tear(world, play)
    listed = ops("ledger", "rebuild", "--json")
    (torn,) = listed.json["torn"]
    assert (listed.code, listed.json["left"]) == (1, [torn])
    assert (torn["torn"], torn["wallet"], torn["mending"]) == (
        "head_behind",
        "EUR#player-912",
        "set wallet",
    )
    assert "1 thing torn, 1 left" in ops("ledger", "rebuild").out
    assert ops.error("ledger", "rebuild", "--apply") == "reason_missing"
    assert ops.json("ledger", "rebuild", "--apply", *REASON)["left"] == []
    assert ops.json("ledger", "rebuild", "--apply", *REASON)["torn"] == []
    assert str(play.cash()) == "997.50"
    assert ops("ledger", "verify").code == 0
    (record,) = [
        each
        for each in ops.json("audit", "--player", "player-912")["records"]
        if each["what"] == "rebuild"
    ]
    assert record["reason"] == "restore of Tuesday"


def recoverable(world: World) -> None:
    for name in MONEY:
        world.client.update_continuous_backups(
            TableName=getattr(world.tables, name),
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def test_the_money_is_restored_to_tables_of_their_own_and_proven_there(
    world: World, play: Play
) -> None:
    ops = Console(world)
    assert play.bet("2.50", round_id="r1").status == 200
    recoverable(world)
    restored = ops.json("ledger", "restore", "monday", *REASON)
    assert restored["parameters"].keys() == {"RestoredTables", "RestoredStream"}
    table = world.client.describe_table(TableName="monday-ledger")["Table"]
    assert restored["parameters"]["RestoredStream"] == table["LatestStreamLabel"]
    assert play.bet("1.00", round_id="r1").status == 200
    assert ops.json("ledger", "verify", "--tables", "monday")["entries"] == 2
    assert ops.json("ledger", "rebuild", "--tables", "monday")["torn"] == []
    assert ops.json("ledger", "verify")["entries"] == 3
    (record,) = [r for r in ops.json("audit")["records"] if r["what"] == "restore"]
    assert (record["new"], record["reason"]) == ("monday", "restore of Tuesday")


def test_what_cannot_be_restored_is_said_before_anything_is_made(world: World, play: Play) -> None:
    ops = Console(world)
    assert ops.error("ledger", "restore", "monday", *REASON) == "not_restorable"
    recoverable(world)
    late = ("ledger", "restore", "monday", "--at", "2999-01-01", *REASON)
    assert ops.error(*late) == "too_late"
    assert ops.error("ledger", "restore", "monday", "--reason", " ") == "reason_missing"
    assert "monday-wallets" not in world.client.list_tables()["TableNames"]


def test_o13_a_drill_restores_mends_and_proves_copies(world: World, play: Play) -> None:
    tear(world, play)
    recoverable(world)
    drilled = Console(world).json("ledger", "drill", "rehearsal", *REASON)
    assert (drilled["torn"], drilled["faults"]) == (1, 0)
    audit = Console(world).json("audit", "--player", "player-912")["records"]
    (record,) = [each for each in audit if each["what"] == "rebuild"]
    assert record["reason"] == "restore of Tuesday (tables rehearsal)"
    assert Console(world)("ledger", "verify").code == 1
    assert Console(world)("ledger", "verify", "--tables", "rehearsal").code == 0
    Console(world)("ledger", "rebuild", "--apply", *REASON)
