"""What an operator says of how a partner names a player, and what is kept of it."""

import pytest

from casino.accounts.email import email_hash
from casino.audit.store import DynamoDbAudit
from testing.world import World
from tests.functional.ops.console import Console

WHY = ("--reason", "ticket 7")
EMAIL = "Ann.Fox@example.org"


@pytest.fixture
def ops(world: World) -> Console:
    for name in ("ann", "bea"):
        world.player(name)
    return Console(world)


def name(ops: Console, player: str, *said: str) -> object:
    typed = ("player", "identity", "set", player, "--integration", "sandbox", *said)
    return ops.json(*typed, *WHY)


def test_a_players_names_are_set_one_by_one_shown_and_forgotten(ops: Console) -> None:
    name(ops, "ann", "--email", EMAIL)
    name(ops, "ann", "--identity-id", "id_1")
    (shown,) = ops.json("player", "identity", "show", "ann")["identities"]
    assert (shown["integration"], shown["identity_id"], shown["email_known"]) == (
        "sandbox",
        "id_1",
        True,
    )
    name(ops, "ann", "--email", "")
    (shown,) = ops.json("player", "identity", "show", "ann")["identities"]
    assert (shown["identity_id"], shown["email_known"]) == ("id_1", False)
    hashed = email_hash(EMAIL, b"a key of tests")
    assert ops.world.identities.named("sandbox", "id_1", hashed) == ("ann", None)


def test_no_name_leads_to_two_players(ops: Console) -> None:
    name(ops, "ann", "--email", EMAIL, "--identity-id", "id_1")
    typed = ("player", "identity", "set", "bea", "--integration", "sandbox", *WHY)
    assert ops.error(*typed, "--email", EMAIL.upper()) == "identity_taken"
    assert ops.error(*typed, "--identity-id", "id_1") == "identity_taken"
    assert ops.json("player", "identity", "show", "bea")["identities"] == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (("--email", "\u0430nn@example.org"), "invalid_request"),
        (("--email", "nobody"), "invalid_request"),
        (("--identity-id", "a\nb"), "invalid_request"),
        ((), "invalid_request"),
    ],
)
def test_what_names_nobody_is_refused(ops: Console, said: tuple[str, ...], code: str) -> None:
    typed = ("player", "identity", "set", "ann", "--integration", "sandbox", *WHY)
    assert ops.error(*typed, *said) == code


def test_player_and_integration_must_exist(ops: Console) -> None:
    nobody = ("player", "identity", "set", "nobody", "--integration", "sandbox")
    assert ops.error(*nobody, "--identity-id", "id_1", *WHY) == "player_not_found"
    nowhere = ("player", "identity", "set", "ann", "--integration", "nowhere")
    assert ops.error(*nowhere, "--identity-id", "id_1", *WHY) == "integration_not_found"
    assert ops.error("player", "identity", "show", "nobody") == "player_not_found"


def test_no_e_mail_stands_in_a_table_in_the_audit_or_in_what_was_said(ops: Console) -> None:
    name(ops, "ann", "--email", EMAIL, "--identity-id", "id_1")
    name(ops, "ann", "--email", EMAIL)
    ops("player", "identity", "show", "ann")
    world = ops.world
    records = DynamoDbAudit(world.client, world.tables).records("player#ann")
    (record,) = [each for each in records if each.what == "set identity"]
    assert (record.detail, record.reason) == ("sandbox: email identity_id", "ticket 7")
    kept = world.client.scan(TableName=world.tables.partners)["Items"]
    assert len(kept) == 3
    told = f"{kept} {records} {ops.printed}".lower()
    assert "example.org" not in told
    assert "ann.fox" not in told
