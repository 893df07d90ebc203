"""A restore tears the last write in every way; the rebuild makes the books whole again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from casino.audit.model import Who
from casino.base.errors import AdminError
from casino.wallet.model import WIN_HELD, Entry
from casino.wallet.rebuild.model import Beside
from casino.wiring.admin import Admin
from casino.wiring.stack import Stack
from testing.transactions import (
    PLAYER,
)
from tests.functional.tampering.casino import played
from tests.functional.wallet.restored import LATER, STEPS, WHO, House, Items, a_hold, a_house, tears


@pytest.fixture
def house() -> House:
    return a_house()


def test_whatever_is_torn_of_a_write_the_books_are_whole_and_the_request_decided_once(
    house: House,
) -> None:
    torn = 0
    for step in STEPS:
        torn += every_tear(house, lambda step=step: house.send(step))  # type: ignore[misc]
    assert torn > 80, torn


def every_tear(house: House, act: Callable[[], int]) -> int:
    before = house.items()
    status = act()
    after = house.items()
    seen = 0
    assert (house.faults(), house.rebuild.find()) == ([], [])
    for torn in tears(before, after):
        seen += 1
        house.put_back(torn)
        found = house.rebuild.find()
        assert found, "it was not seen to be torn"
        assert house.rebuild.mend(found, WHO) == []
        assert house.rebuild.find() == []
        assert house.faults() == []
        assert act() == status
        assert balances(house.items()) == balances(after)
        assert house.faults() == []
    house.put_back(after)
    return seen


def balances(items: Items) -> list[tuple[Any, ...]]:
    return [
        tuple(item.get(name) for name in ("balance", "seq", "reserved", "held", "held_wins"))
        for item in items["wallets"].values()
    ]


def test_a_torn_release_is_mended_and_made_once(house: House) -> None:
    for step in STEPS:
        house.send(step)
    assert house.world.history.find("sandbox", "win-held").rule == WIN_HELD  # type: ignore[union-attr]
    before = house.items()
    house.release()
    after = house.items()
    for torn in tears(before, after):
        house.put_back(torn)
        assert house.rebuild.mend(house.rebuild.find(), WHO) == []
        house.release()
        assert (house.faults(), balances(house.items())) == ([], balances(after))


def test_a_lost_entry_is_to_be_asked_for_and_a_lost_item_is_not(house: House) -> None:
    house.send(STEPS[0])
    before = house.items()
    house.send(STEPS[1])
    after = house.items()
    house.put_back({**after, "ledger": before["ledger"]})
    lost = house.rebuild.find()
    assert {each.code for each in lost} == {"head_ahead", "round_ahead"}
    assert all(each.asks for each in lost)
    house.put_back({**after, "wallets": before["wallets"], "rounds": before["rounds"]})
    assert [(each.code, each.asks) for each in house.rebuild.find()] == [
        ("head_behind", False),
        ("round_missing", False),
    ]


def test_numbers_that_are_missing_before_the_last_entry_stay_named(house: House) -> None:
    for step in STEPS[:3]:
        house.send(step)
    items = house.items()
    items["ledger"].pop(("sandbox#tx#bet-1",))
    house.put_back(items)
    gap, *_ = house.rebuild.find()
    assert (gap.code, gap.mending) == ("entries_missing", None)
    assert "entries 2 to 2 are lost; they moved -250 together" in gap.detail
    left = house.rebuild.mend(house.rebuild.find(), WHO)
    assert [each.code for each in left] == ["entries_missing"]
    assert [each.code for each in house.rebuild.find()] == ["entries_missing"]


def test_a_wallet_never_comes_to_a_version_again_that_a_hold_remembers(house: House) -> None:
    house.send(STEPS[0])
    old = house.items()["wallets"]
    for bet in ("b1", "b2", "b3"):
        house.send(a_hold(bet))
    remembered = int(house.items()["ledger"]["sandbox#hold#b3",]["version"]["N"])
    house.put_back({**house.items(), "wallets": old})
    house.rebuild.mend(house.rebuild.find(), WHO)
    wallet = house.world.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    assert wallet.version > remembered


def test_a_lost_wallet_comes_back_blocked_limited_and_excluded_as_its_player_is(
    house: House,
) -> None:
    for step in STEPS[:2]:
        house.send(step)
    played = house.world.accounts.wallet(PLAYER, "EUR")
    house.world.limits.exclude(PLAYER, "self_exclusion", LATER, who=WHO)
    house.world.accounts.set_blocked(PLAYER, blocked=True)
    house.put_back({**house.items(), "wallets": {}})
    house.rebuild.mend(house.rebuild.find(), WHO)
    wallet = house.world.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    assert wallet.limits is not None
    assert (wallet.balance_minor, wallet.blocked) == (100_000 - 250, True)
    assert wallet.limits.values == (("loss_day", 50_000_00),)
    assert played is not None
    assert wallet.play == played.play
    assert wallet.limits.self_excluded_until == LATER
    assert house.faults() == []


def test_a_chain_that_does_not_hold_is_left_to_the_verifier(house: House) -> None:
    for step in STEPS[:2]:
        house.send(step)
    items = house.items()
    entry = items["ledger"]["sandbox#tx#bet-1",]
    items["ledger"]["sandbox#tx#bet-1",] = entry | {"after": {"N": "1"}}
    house.put_back(items)
    found = house.rebuild.find()
    assert [(each.code, each.mending) for each in found] == [("unreadable_item", None)]
    assert house.rebuild.mend(found, WHO) == found


def test_what_moved_since_it_was_read_is_left_alone(house: House) -> None:
    house.send(STEPS[0])
    before = house.items()
    house.send(STEPS[1])
    house.put_back({**house.items(), "wallets": before["wallets"]})
    found = house.rebuild.find()
    house.put_back({**house.items(), "wallets": {}})
    left = house.rebuild.mend(found, WHO)
    assert [each.code for each in left] == ["head_behind"]
    assert house.items()["wallets"] == {}


def test_a_marker_whose_entry_came_meanwhile_is_not_removed(house: House) -> None:
    for step in STEPS[:3]:
        house.send(step)
    before = house.items()
    house.send(STEPS[3])
    after = house.items()
    lost = dict(after["ledger"])
    lost.pop(("sandbox#tx#ref-1",))
    house.put_back({**before, "ledger": lost})
    found = house.rebuild.find()
    assert [(each.code, each.name) for each in found] == [("mark_without_entry", "ref-1")]
    house.put_back(after)
    assert house.rebuild.mend(found, WHO) == found
    assert house.faults() == []


@pytest.mark.parametrize("first", [True, False])
def test_funds_that_are_reserved_while_it_reads_stay_reserved(house: House, first: bool) -> None:
    """Else they would be free to be played, and be paid out as well."""
    house.send(STEPS[0])
    world, rebuild = house.world, house.rebuild
    admin = Admin(Stack("test", world.tables, "test/"), world.client, None, None, None)

    def beside() -> Beside:
        found = None if first else rebuild.beside()
        admin.reservations.reserve(PLAYER, "EUR", 25_00, "payout", who=WHO)
        return found or rebuild.beside()

    live = replace(rebuild, beside=beside)
    live.mend(live.find(), WHO)
    wallet = world.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    assert wallet.reserved_minor == 25_00
    assert house.rebuild.find() == []


def test_nothing_is_mended_without_a_reason(house: House) -> None:
    with pytest.raises(AdminError):
        house.rebuild.mend([], Who("a test"))


def test_a_mended_wallet_is_in_the_audit(house: House) -> None:
    house.send(STEPS[0])
    house.put_back({**house.items(), "wallets": {}})
    house.rebuild.mend(house.rebuild.find(), WHO)
    audit = house.model.tables[house.world.tables.audit].items.values()
    (record,) = [item for item in audit if item.get("what") == {"S": "rebuild"}]
    assert record["subject"]["S"] == f"player#{PLAYER}"
    assert record["detail"]["S"].startswith("head_missing EUR#p1")
    assert isinstance(house.world.history.find("platform", "dep-1"), Entry)


def test_nothing_is_torn_where_everything_was_played() -> None:
    assert House(played().world).rebuild.find() == []
