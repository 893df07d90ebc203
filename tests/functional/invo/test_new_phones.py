"""A player's new phone changes the id that Invo names the player by."""

from typing import Any

from casino.accounts.model import Identity
from testing.arranged import ARRANGED
from testing.transactions import PLAYER
from tests.functional.invo.deliveries import EMAIL, a_purchase
from tests.functional.invo.desk import AT, Desk


def phone(old: str, new: str, at: str = "2026-02-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    return {"previous_identity_id": old, "identity_id": new, "changed_at": at,
            "player_email": None, "new_phone": "+49 170 1234567"} | more  # fmt: skip


def names(desk: Desk, *ids: str) -> list[str | None]:
    return [desk.world.identities.named("invo", each, None).by_id for each in ids]


def test_a_new_phone_re_keys_the_player(desk: Desk) -> None:
    assert desk.tell("player.phone_changed", "k1", **phone("id_1", "id_2"))[0] == "done"
    assert names(desk, "id_1", "id_2") == [None, PLAYER]
    (record,) = [each for each in desk.world.tables.audit if each.what == "set identity"]
    assert (record.who, record.detail) == ("delivery of invo", "invo: identity_id")
    assert "170" not in f"{record} {desk.told}"
    assert desk.tell("purchase.completed", "k2", **a_purchase(identity_id="id_2"))[0] == "done"


def test_a_new_phone_that_is_told_twice_changes_once(desk: Desk) -> None:
    desk.tell("player.phone_changed", "k1", **phone("id_1", "id_2"))
    assert desk.tell("player.phone_changed", "k2", **phone("id_1", "id_2"))[0] == "ignored"
    assert names(desk, "id_1", "id_2") == [None, PLAYER]


def test_two_changes_in_the_wrong_order_end_with_the_later_one(desk: Desk) -> None:
    early = phone("id_1", "id_2", "2026-02-01T00:00:00Z", player_email=EMAIL)
    late = phone("id_2", "id_3", "2026-03-01T00:00:00Z", player_email=EMAIL)
    assert desk.tell("player.phone_changed", "k2", **late)[0] == "done"
    assert desk.tell("player.phone_changed", "k1", **early)[0] == "ignored"
    assert names(desk, "id_1", "id_2", "id_3") == [None, None, PLAYER]


def test_a_change_of_nobody_known_waits(desk: Desk) -> None:
    assert desk.tell("player.phone_changed", "k1", **phone("id_8", "id_9"))[0] == "unmatched"
    desk.tell("player.phone_changed", "k2", **phone("id_1", "id_8"))
    assert desk.retry("k1")[0] == "done"
    assert names(desk, "id_1", "id_8", "id_9") == [None, None, PLAYER]


def test_a_new_id_that_is_anothers_waits(desk: Desk) -> None:
    other = Identity("invo", "bea", "id_2", None, AT, 1)
    assert desk.world.identities.change(None, other, ARRANGED)
    assert desk.tell("player.phone_changed", "k1", **phone("id_1", "id_2"))[0] == "unmatched"
    assert names(desk, "id_1", "id_2") == [PLAYER, "bea"]
