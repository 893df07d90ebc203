"""Operators mend tables that a restore tore."""

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
