"""`.local/stack.json` tells everything that a caller of each protocol needs, and nobody else."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox import events, up
from sandbox.flexsoft.part import FlexsoftPart
from sandbox.igv.part import IgvPart
from sandbox.invo.part import InvoPart
from sandbox.part import ConsoleProcess, Part
from sandbox.up import Casino
from sandbox.winupgo import caller as winupgo
from sandbox.winupgo.part import WinupgoPart
from testing.iam import signed_for_iam
from testing.template import PROJECT


@pytest.fixture
def stack(
    casino: Casino,
    flexsoft: FlexsoftPart,
    winupgo: WinupgoPart,
    igv: IgvPart,
    invo: InvoPart,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """What `make run` writes."""
    file = tmp_path / "stack.json"
    monkeypatch.setattr(up, "STACK_FILE", file)
    parts: dict[str, Part] = {"flexsoft": flexsoft, "winupgo": winupgo, "igv": igv, "invo": invo}
    up._write_stack_file(casino, parts=parts, console=ConsoleProcess(1, 8095, tmp_path))
    assert file.stat().st_mode & 0o077 == 0
    written: dict[str, Any] = json.loads(file.read_text())
    return written


def play(client: str, given: dict[str, str]) -> list[str]:
    """Run a client that knows nothing else; returns the steps that it played."""
    environment = {name.upper(): value for name, value in given.items()}
    played = subprocess.run(
        [sys.executable, str(PROJECT / "examples" / client)],
        env={"PATH": os.environ["PATH"], "WALLET_URL": given["url"], **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    return [" ".join(line.split()[:2]) for line in played.stdout.splitlines()]


def test_flexsofts_entry_is_enough_to_play_a_bet_of_each_player(stack: dict[str, Any]) -> None:
    told = stack["dialects"]["flexsoft"]
    assert set(told) == {"url", "public_key", "secret_key", "players"}
    assert [(seat["user_id"], seat["currency"]) for seat in told["players"]] == [
        ("p_demo_1", "EUR"), ("p_demo_2", "USD"), ("p_low_balance", "EUR"),
    ]  # fmt: skip
    first, *_ = seats = told.pop("players")
    assert all(set(s) == {"user_id", "currency", "user_token", "session_token"} for s in seats)
    assert len({seat["user_token"] for seat in seats}) == 3
    assert play("flexsoft/client.py", told | first)[:2] == ["auth 200", "bet 200"]


def test_it_says_where_the_console_is(stack: dict[str, Any]) -> None:
    assert stack["console_url"] == "http://127.0.0.1:8095"


def test_winupgos_entry_is_enough_to_play_a_bet(stack: dict[str, Any]) -> None:
    told = stack["dialects"]["winupgo"]
    assert set(told) == {
        "url", "path_base", "key_id", "secret_key", "brand_id", "region", "provider_id",
        "player_id", "game_id", "currency", "token_url", "client_id", "client_secret", "scope",
    }  # fmt: skip
    assert play("winupgo/client.py", told)[:2] == ["session 201", "authorize 200"]


def test_igvs_entry_is_enough_to_send_a_callback(stack: dict[str, Any]) -> None:
    told = {name: str(value) for name, value in stack["dialects"]["igv"].items()}
    assert {"url", "secret_key", "order_id"} <= set(told)
    assert play("igv/callback.py", told)[:2] == ["callback 200", "copy 200"]


def test_invos_entry_is_enough_to_send_a_purchase(stack: dict[str, Any]) -> None:
    told = stack["dialects"]["invo"]
    assert told.keys() >= {
        "url", "game_id", "signing_secret", "player_id", "player_email", "identity_id", "currency",
    }  # fmt: skip
    assert play("invo/sender.py", told)[:2] == ["purchase 200", "again 200"]


def test_the_stack_takes_the_signed_copy_of_every_sample_event(
    stack: dict[str, Any], tmp_path: Path
) -> None:
    target = tmp_path / "events"
    session = events.open_session(stack)
    token = winupgo.Caller(**stack["dialects"]["winupgo"]).token()
    answered = {}
    for file in events.write_signed(events.SAMPLES, target, stack, time.time(), session):
        event = json.loads(file.read_text())
        headers = {name: value for name, value in event["headers"].items() if name != "Host"}
        if "winupgo" in event["path"]:
            headers["Authorization"] = f"Bearer {token}"  # API Gateway wants a real one
        url, body = stack["base_url"] + event["path"], event["body"]
        if file.parent.name in ("accounts", "invo-calls"):
            headers |= signed_for_iam(event["httpMethod"], url, body)
        answer = httpx.request(event["httpMethod"], url, content=body, headers=headers, timeout=30)
        answered[str(file.relative_to(target).with_suffix(""))] = answer.status_code
    # In the order of their names a refund or rollback comes before the win of its bet.
    other = {"flexsoft/win": 409, "winupgo/session": 201, "winupgo/settle": 409}
    other |= {"hooks-win": 409, "win": 409}
    assert answered == {name: other.get(name, 200) for name in answered}
    assert len(answered) == 26
