"""What somebody may try with limits, and what may go wrong beside them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from casino.accounts.limits import DAY_S
from casino.audit.model import Who, of_player
from casino.audit.store import DynamoDbAudit
from casino.base.errors import AdminError
from casino.wallet.model import Entry
from casino.wallet.proof.verify import Verifier
from casino.wiring.accounts import accounts_endpoint
from casino.wiring.settings import SettingsError, load_settings
from testing.play import Play
from testing.world import World
from tests.functional.winupgo.partner import connect

WHO: Final = Who("local:test", "the player asked")
PLAYER: Final = "player-912"


def codes(world: World) -> set[str]:
    return {fault.code for fault in Verifier(world.history).everything().faults}


@pytest.mark.parametrize("zone", ["Europe/Berlim", "Europe", "../x", ""])
def test_no_limit_begins_in_a_time_zone_that_nobody_knows(world: World, zone: str) -> None:
    settings = replace(load_settings(world.environment), time_zone=zone)
    with pytest.raises(SettingsError, match="TIME_ZONE"):
        accounts_endpoint(world.client, settings)


def test_what_is_owed_passes_in_a_zone_that_is_not_known_here(play: Play, world: World) -> None:
    partner = connect(world)
    world.limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    play.bet("2.50", transaction_id="bet-a")
    assert partner.authorize("k1", "2.50").status == 200
    world.client.update_item(
        TableName=world.tables.wallets,
        Key={"player_id": {"S": PLAYER}, "currency": {"S": "EUR"}},
        UpdateExpression="SET limits.#zone = :zone",
        ExpressionAttributeNames={"#zone": "zone"},
        ExpressionAttributeValues={":zone": {"S": "Mars/Olympus"}},
    )
    assert play.win("5.00").status == 200
    assert play.refund("2.50", "bet-a").status == 200
    assert partner.settle("k2", "1.00").status == 200
    assert play.bet("99.00").error == "rg_loss_limit"
    assert codes(world) == set()


def test_a_time_that_was_tampered_with_is_a_fault_and_no_crash(play: Play, world: World) -> None:
    world.limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    play.bet("2.50", transaction_id="bet-a")
    world.client.update_item(
        TableName=world.tables.ledger,
        Key={"id": {"S": "sandbox#tx#bet-a"}},
        UpdateExpression="SET #at = :at",
        ConditionExpression="attribute_exists(id)",
        ExpressionAttributeNames={"#at": "at"},
        ExpressionAttributeValues={":at": {"S": "yesterday"}},
    )
    assert "limit_counts" in codes(world)


def test_a_longer_exclusion_that_comes_between_stands_and_is_told(
    play: Play, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = world.limits
    soon = int(limits.clock.now()) + DAY_S
    exclude, first = limits.controls.exclude, iter(["first"])

    def overtaken(*change: Any) -> None:
        if next(first, None):
            world.limits.exclude(PLAYER, "self_exclusion", None, who=WHO)
        exclude(*change)

    monkeypatch.setattr(limits.controls, "exclude", overtaken)
    with pytest.raises(AdminError, match="it stands until"):
        limits.exclude(PLAYER, "self_exclusion", soon, who=WHO)
    told = DynamoDbAudit(world.client, world.tables).records(of_player(PLAYER))
    assert [each.new for each in told if each.what == "self_exclusion"] == [
        "9999-12-31T23:59:59.000Z"
    ]


def test_the_first_limit_waits_for_the_index(
    play: Play, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index follows the ledger: a player who plays must still get the limit."""
    play.bet("2.50")
    play.bet("1.00")
    limits, pauses = world.limits, list[float]()
    of_wallet = limits.history.of_wallet
    read: list[int] = []

    def lagging(player_id: str, currency: str, since: int = 0) -> Iterator[Entry]:
        known = [entry for entry in of_wallet(player_id, currency, since) if entry.seq < 9]
        read.append(len(known))
        # At first the second of three entries is missing, and the third is there already.
        return (entry for entry in known if len(read) > 1 or entry.seq != 2)

    monkeypatch.setattr(limits.history, "of_wallet", lagging)
    after = replace(limits, sleep=pauses.append).set(PLAYER, "EUR", {"stake": 500}, who=WHO)
    assert after.wallet.play is not None
    assert after.wallet.play.staked[0] == 350
    assert (len(pauses), read) == (1, [3, 2]), "what was counted is not read again"
    assert codes(world) == set()
