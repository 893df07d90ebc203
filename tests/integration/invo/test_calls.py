"""What the casino's site asks of Invo, on the deployed stack, whose roles are enforced."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from casino.base.errors import AdminError
from ops.errors import OpsError
from ops.verbs import rotation
from sandbox.invo.part import ACCOUNT, InvoPart
from sandbox.part import Stage
from tests.integration.integrations.senders import until


def ask(stage: Stage, route: str, body: dict[str, Any]) -> dict[str, Any]:
    assert stage.operations.api is not None
    return stage.operations.api.ask("POST", route, {"integration": ACCOUNT} | body)


def an_item(invo: InvoPart) -> dict[str, Any]:
    return {
        "player_id": invo.caller.player_id,
        "player_email": invo.caller.player_email,
        "player_name": "Ann",
        "client_request_id": f"req-{uuid4().hex}",
        "item_id": "sword",
        "item_name": "Sword",
        "quantity": 2,
        "unit_price": "1.50",
    }


def admin(invo: InvoPart, path: str, **body: Any) -> dict[str, Any]:
    url = f"{invo.process.base_url}/admin/{path}"
    answer = httpx.post(url, json=body) if body else httpx.get(url)
    return dict(answer.json())


def test_the_site_buys_and_plays_on_the_deployed_stack(stage: Stage, invo: InvoPart) -> None:
    wanted = an_item(invo)
    admin(invo, "faults", answers_lost=1)
    bought = ask(stage, "/item-purchases", wanted)
    assert (bought["status"], bought["recovered"]) == ("success", True)
    admin(invo, "faults", errors=1_000)
    assert ask(stage, "/item-purchases", wanted) == bought, "from our own record"
    admin(invo, "faults", errors=0)
    with pytest.raises(OpsError, match="another purchase"):
        ask(stage, "/item-purchases", wanted | {"quantity": 3})
    assert admin(invo, "state")["items"][wanted["client_request_id"]]["total_price"] == "3.00"

    player = {"player_email": invo.caller.player_email}
    token = ask(stage, "/player-tokens", player)["token"]
    me = f"{invo.process.base_url}/api/sdk/me"
    shown = httpx.get(me, headers={"Authorization": f"Bearer {token}"})
    assert shown.json() == {"identity_id": invo.caller.identity_id}
    assert ask(stage, "/player-tokens", player | {"refused": token})["token"] != token


def test_nobody_without_a_signature_gets_a_token(stage: Stage, invo: InvoPart) -> None:
    body = {"integration": ACCOUNT, "player_email": invo.caller.player_email}
    answer = httpx.post(f"{stage.base_url}/player-tokens", json=body)
    assert answer.status_code in (403, 404)
    assert "token" not in answer.json()


def test_an_sdk_key_is_rotated_without_overlap_and_no_purchase_is_lost(
    stage: Stage, invo: InvoPart, tmp_path: Path
) -> None:
    who, wanted = stage.operations.who("a rotation"), an_item(invo)
    ask(stage, "/player-tokens", {"player_email": invo.caller.player_email})
    new, file = f"ivsdk_test_{uuid4().hex}", tmp_path / "pair.json"
    file.write_text(json.dumps({"api_key": ACCOUNT, "secret_key": new}))
    rotation.stage(stage.operations, ACCOUNT, str(file), who=who)
    with pytest.raises(AdminError, match="401"):
        rotation.rotate(stage.operations, ACCOUNT, who=who)
    assert ask(stage, "/item-purchases", wanted)["status"] == "success", "with the old key"

    admin(invo, "rotate", sdk_key=new)
    with pytest.raises(OpsError) as refused:
        ask(stage, "/item-purchases", an_item(invo))
    assert refused.value.code == "provider_refused", "the old key is dead at once"
    rotation.rotate(stage.operations, ACCOUNT, who=who)
    until(lambda: bought(stage, an_item(invo)), "an item is bought with the new key")
    minted = ask(
        stage, "/player-tokens", {"player_email": invo.caller.player_email, "refused": "x"}
    )
    assert minted["expires_in"] > 0


def bought(stage: Stage, wanted: dict[str, Any]) -> bool:
    """Tell whether an item is bought, which needs the newest key."""
    try:
        return bool(ask(stage, "/item-purchases", wanted)["status"] == "success")
    except OpsError:
        return False
