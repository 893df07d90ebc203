"""The players of a crowd, and what they do before they play."""

import json
from collections.abc import Sequence
from dataclasses import replace
from time import time
from typing import Any, Final
from uuid import uuid4

from casino.audit.model import of_session
from casino.audit.store import DynamoDbAudit
from casino.aws.attributes import number, text
from casino.wallet.hold import session_naming
from testing.world import World
from tests.functional.winupgo import partner as winupgo
from tests.integration.wallet.crowd import FLEXSOFT, WINUPGO, Seat
from tests.integration.wallet.workers import Answered, Wallets

DEPOSIT_MINOR: Final = 50_000


def seat(world: World, deposit_minor: int = DEPOSIT_MINOR) -> Seat:
    player_id = f"p-{uuid4()}"
    session_id = world.player(player_id, amount=f"{deposit_minor / 100:.2f}")
    session = world.sessions.get(session_id)
    assert session is not None
    named = session_naming(player_id, uuid4().hex)
    world.sessions.add(replace(session, session_id=named, integration=WINUPGO))
    return Seat(player_id, session_id, world.session(player_id, integration=FLEXSOFT), named)


def launched(world: World, player: Seat) -> str:
    """Let the player's session at Flexsoft be one that was launched just now; return its token."""
    world.client.update_item(
        TableName=world.tables.sessions,
        Key={"session_id": text(player.at_flexsoft)},
        UpdateExpression="SET attempt = :attempt, started_at = :now",
        ExpressionAttributeValues={":attempt": text("one"), ":now": number(int(time()))},
    )
    return f"{player.at_flexsoft}.one"


def an_opening(world: World, player: Seat) -> dict[str, Any]:
    """Return WinUpGo's order of a session for the player, as its function gets it."""
    fields = {"player_id": player.player_id, "game_id": "studio:slot_forge_02", "currency": "EUR"}
    partner = winupgo.arrange(world, lambda event, context: {}, opens_sessions=True)
    return partner.event("/sessions", uuid4().hex, fields)


def assert_opened_once(
    world: World, player: Seat, opening: dict[str, Any], answers: Sequence[Answered]
) -> None:
    """Every copy of the order got the same answer, and opened the one session of it."""
    last = Wallets(world.client, world.tables).send(opening)
    assert (last.status, last.replay) == (201, True)
    answered = [one for one in answers if one.status != 503]
    assert {(one.status, one.body) for one in answered} == {(201, last.body)}
    assert [one.replay for one in answered].count(False) <= 1
    session_id = json.loads(last.body)["session_id"]
    session = world.sessions.get(session_id)
    assert session is not None
    assert (session.player_id, session.status) == (player.player_id, "active")
    assert len(DynamoDbAudit(world.client, world.tables).records(of_session(session_id))) == 1
    stored = world.client.scan(TableName=world.tables.sessions)["Items"]
    owner = {"player_id": text(player.player_id), "integration": text(WINUPGO)}
    at_winupgo = {item["session_id"]["S"] for item in stored if owner.items() <= item.items()}
    assert at_winupgo == {player.at_winupgo, session_id}, at_winupgo
