"""Schemathesis reads our OpenAPI files, attacks the deployed API, and finds nothing undocumented.

No answer is a 5xx; every status, content type, header, body and error code is in the description.
`OPENAPI_CASES` says how many requests are drawn for each operation, always the same ones.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from casino.signing.pair import Pair
from ops.verbs import ledger
from sandbox.invo.part import ACCOUNT, InvoPart
from sandbox.loop import Loop
from sandbox.part import Stage
from sandbox.up import Casino, open_seat
from sandbox.winupgo.part import connect
from testing.template import PROJECT, load_template, resources

HERE: Final = PROJECT / "tests" / "integration" / "openapi"
CASES: Final = os.environ.get("OPENAPI_CASES", "12")
#: Each file of `openapi/`, and who signs its requests: a family, or `iam` for AWS's own signature.
SIGNED_BY: Final = {
    "wallet-hooks.yaml": "igsp",
    "flexsoft.yaml": "flexsoft",
    "launch.yaml": "iam",
    "accounts.yaml": "iam",
    "catalogue.yaml": "iam",
    "invo-calls.yaml": "iam",
    "winupgo.yaml": "winupgo",
    "invo.yaml": "invo",
    "igv.yaml": "igv-seller",
}
#: The one link that is inferred, from a session to a hold, multiplies the scenarios by 50: with
#: `CASES` of them it takes 300 s, so it gets a run of its own.
APART: Final = {"winupgo.yaml": ("--phases", "stateful", "--max-examples", "5")}
FIRST: Final = ("--phases", "examples,coverage,fuzzing")


def caller_of(casino: Casino, stage: Stage, family: str, known: dict[str, Any]) -> dict[str, Any]:
    """Return what `caller` is told; an integration is made for a family that has none yet."""
    match family:
        case "iam":
            pair = Pair("test", "test")
            # What blocks and excludes players does it to these alone: others are still to bet.
            known = known | {"player_id": ["p_openapi_changed"]}
        case "igsp":
            pair = casino.credentials
        case "winupgo":
            return winupgo_caller(stage, known)
        case _:
            operations = casino.operations
            who = operations.who("the attack")
            name = f"openapi-{family}"
            _, pair = operations.integrations.add(name, family, who=who)
            known = known | {"integration": [name]}
    return told(family, pair.api_key, pair.secret_key, known)


def winupgo_caller(stage: Stage, known: dict[str, Any]) -> dict[str, Any]:
    """Return the same for WinUpGo: with an access token, and a session of its own."""
    player = known["player_id"][0]
    winupgo = connect(stage, player)
    token = winupgo.token()
    order = {"player_id": player, "game_id": winupgo.game_id, "currency": winupgo.currency}
    opened = winupgo.send(token, "/sessions", "openapi-session", order)
    assert opened.status_code == 201, opened.text
    money = [{"amount": amount, "currency": winupgo.currency} for amount in (0, 0.01, 10)]
    own = {
        "session_id": [opened.json()["session_id"]],
        "bet_id": known["transaction_id"][:10],
        "amount": money,
        "win": money,
        "event_type": ["bet.settled"],
        "schema_version": ["1.2.0"],
        "tenant_id": [winupgo.brand_id],
        "region": [winupgo.region],
    }
    caller = told("winupgo", winupgo.key_id, str(winupgo.secret_key), known | own)
    caller["named"] = {
        "Authorization": f"Bearer {token}",
        "X-Brand-Id": winupgo.brand_id,
        "X-Region": winupgo.region,
        "X-Provider-Id": winupgo.provider_id,
    }
    (api,) = resources(load_template(), "AWS::Serverless::Api").values()
    words = api["GatewayResponses"]["UNAUTHORIZED"]["ResponseTemplates"]["application/json"]
    return caller | {"path_base": winupgo.path_base, "unauthorized": words}


def told(family: str, api_key: str, secret_key: str, known: dict[str, Any]) -> dict[str, Any]:
    """Return what `caller` is told of a caller that only signs."""
    pair = {"api_key": api_key, "secret_key": secret_key}
    return {"family": family, **pair, "known": known, "named": {}, "path_base": "/"}


@pytest.fixture(scope="module")
def known(casino: Casino, loop: Loop, invo: InvoPart) -> dict[str, Any]:
    """By the name of a field, values that stand for something: players, sessions, games."""
    seat = open_seat(casino.operations, "p_openapi", "EUR", "1000000.00")
    poor = open_seat(casino.operations, "p_openapi_poor", "EUR", "0.50")
    open_seat(casino.operations, "p_openapi_changed", "EUR", "1000.00")
    launched = loop.launch(seat.player_id, seat.currency)
    assert casino.operations.api is not None
    lobby = casino.operations.api.ask("GET", "/catalogue/games?currency=EUR&country=DE")
    ids = [f"t-{number}" for number in range(100)]
    return {
        "player_id": [seat.player_id, poor.player_id],
        "player_email": [invo.caller.player_email],
        "integration": [ACCOUNT],
        "user_id": [seat.player_id, poor.player_id],
        "currency": [seat.currency],
        "country": ["DE"],
        "session_id": [seat.session_id, launched.session_id, poor.session_id],
        "game_id": [game["game_id"] for game in lobby["games"][:3]],
        "amount": [0, 1, 1000],
        "reference": ["opening-p_openapi_changed-EUR"],
        "transaction_id": ids,
        "bet_transaction_id": ids,
        "provider_tx_id": ids,
        "withdraw_provider_tx_id": ids,
        "round_id": ["round-1", "round-2"],
    }


def attack(
    casino: Casino, name: str, caller: dict[str, Any], folder: Path, more: tuple[str, ...]
) -> dict[str, Any]:
    """Run Schemathesis with one file; return its report, or fail with what it found."""
    report = folder / "report.json"
    command: list[str | Path] = [
        PROJECT / ".tools" / "schemathesis" / "bin" / "schemathesis",
        "--config-file", HERE / "schemathesis.toml",
        "run", PROJECT / "openapi" / name,
        "--url", casino.stack.base_url,
        "--max-examples", CASES,
        *more,
        "--report-json-path", report,
        "--no-color",
    ]  # fmt: skip
    ran = subprocess.run(
        command,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{PROJECT}:{PROJECT / 'layers' / 'shared'}",
            "CALLER": json.dumps(caller),
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return said


@pytest.mark.parametrize("name", SIGNED_BY)
def test_nothing_is_answered_that_the_description_does_not_say(
    casino: Casino, stage: Stage, known: dict[str, Any], name: str, tmp_path: Path
) -> None:
    caller = caller_of(casino, stage, SIGNED_BY[name], known)
    said = attack(casino, name, caller, tmp_path, FIRST if name in APART else ())

    assert said["operations"]["tested"] == said["operations"]["total"] > 0
    accepted = [
        sum(phase["accepted"] for phase in rates.values()) for rates in said["valid_rates"].values()
    ]
    assert sum(accepted) > 0
    if name in APART:
        linked = attack(casino, name, caller, tmp_path, APART[name])
        assert linked["phases"]["stateful"]["status"] == "success"
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_every_description_is_attacked() -> None:
    assert {path.name for path in (PROJECT / "openapi").glob("*.yaml")} == SIGNED_BY.keys()
