"""The sample events hold no secret, and their signed copies are what a provider would send."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from casino.base.headers import Headers, headers_of
from casino.dialects.registry import family
from casino.signing.pair import CURRENT, Pair
from casino.signing.scheme import Message, SignatureRefusedError
from sandbox import events
from testing.template import load_template

NOW: Final = 1_760_702_625.5
STACK: Final[dict[str, Any]] = {
    "endpoint": "http://127.0.0.1:4566",
    "api_key": "key-of-the-stack",
    "secret_key": "secret-of-the-stack",
    "players": [
        {"player_id": "p_demo_2", "currency": "USD", "session_id": "sess-other"},
        {"player_id": "p_demo_1", "currency": "EUR", "session_id": "sess-of-the-stack"},
    ],
    "tables": {"ledger": "stack-ledger", "wallets": "stack-wallets"},
}
SAMPLES: Final = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(events.SAMPLES.glob("*.json"))
}
LIVE: Final = Pair("key-of-the-stack", "secret-of-the-stack", CURRENT)
SIGNED_SAMPLES: Final = [name for name, event in SAMPLES.items() if event["body"] is not None]


def multi_headers(event: dict[str, Any]) -> Headers:
    return headers_of((name, v) for name, vs in event["multiValueHeaders"].items() for v in vs)


@pytest.fixture
def copies(tmp_path: Path) -> dict[str, dict[str, Any]]:
    files = events.write_signed(events.SAMPLES, tmp_path / "events", STACK, NOW)
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def test_there_is_a_sample_for_every_function_and_every_action() -> None:
    actions = {"balance", "bet", "win", "refund"}

    assert set(SAMPLES) == actions | {f"hooks-{action}" for action in actions} | {"health"}


@pytest.mark.parametrize("name", SIGNED_SAMPLES)
def test_the_sample_holds_placeholders_instead_of_credentials(name: str) -> None:
    headers = SAMPLES[name]["headers"]

    assert headers["Authorization"] == "Bearer placeholder"
    assert headers["X-Signature"] == "0" * 64


@pytest.mark.parametrize("name", SAMPLES)
def test_both_forms_of_the_headers_agree(name: str, copies: dict[str, dict[str, Any]]) -> None:
    for event in (SAMPLES[name], copies[name]):
        single = {header: [value] for header, value in event["headers"].items()}
        assert event["multiValueHeaders"] == single


@pytest.mark.parametrize("name", SIGNED_SAMPLES)
def test_the_copy_is_signed_over_its_exact_body(
    name: str, copies: dict[str, dict[str, Any]]
) -> None:
    body, headers = copies[name]["body"].encode(), multi_headers(copies[name])

    assert family("igsp").credential(headers) == "key-of-the-stack"
    assert family("igsp").verify(Message(body, headers), [LIVE], NOW) == "current"
    with pytest.raises(SignatureRefusedError):
        family("igsp").verify(Message(body + b" ", headers), [LIVE], NOW)


@pytest.mark.parametrize("name", SIGNED_SAMPLES)
def test_the_copy_keeps_the_decimals_of_the_sample(
    name: str, copies: dict[str, dict[str, Any]]
) -> None:
    for amount in ('"amount":2.50', '"amount":10.00'):
        assert (amount in copies[name]["body"]) == (amount in SAMPLES[name]["body"])


@pytest.mark.parametrize("name", SIGNED_SAMPLES)
def test_the_copy_plays_in_the_session_of_the_stack(
    name: str, copies: dict[str, dict[str, Any]]
) -> None:
    assert json.loads(copies[name]["body"])["session_id"] == "sess-of-the-stack"


@pytest.mark.parametrize("prefix", ["", "hooks-"])
def test_the_copies_of_one_run_belong_together(
    prefix: str, copies: dict[str, dict[str, Any]]
) -> None:
    bet, win, refund = (
        json.loads(copies[f"{prefix}{kind}"]["body"]) for kind in ("bet", "win", "refund")
    )

    assert refund["bet_transaction_id"] == bet["transaction_id"]
    assert win["round_id"] == bet["round_id"]
    assert (refund["amount"], refund["type"]) == (bet["amount"], bet["type"])
    assert len({body["transaction_id"] for body in (bet, win, refund)}) == 3


def test_every_run_uses_new_transaction_ids(tmp_path: Path) -> None:
    bodies = []
    for run in ("first", "second"):
        events.write_signed(events.SAMPLES, tmp_path / run, STACK, NOW)
        event = json.loads((tmp_path / run / "bet.json").read_text(encoding="utf-8"))
        bodies.append(json.loads(event["body"]))

    assert bodies[0]["transaction_id"] != bodies[1]["transaction_id"]
    assert bodies[0]["round_id"] != bodies[1]["round_id"]


def test_the_copy_says_when_it_was_made(copies: dict[str, dict[str, Any]]) -> None:
    context = copies["health"]["requestContext"]

    assert context["requestTimeEpoch"] == 1_760_702_625_500
    assert context["requestTime"] == "17/Oct/2025:12:03:45 +0000"
    assert copies["bet"]["headers"]["X-Timestamp"] == "2025-10-17T12:03:45Z"


def test_the_samples_themselves_are_left_as_they_are(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in events.SAMPLES.glob("*.json")}

    events.write_signed(events.SAMPLES, tmp_path / "events", STACK, NOW)

    assert {path: path.read_bytes() for path in events.SAMPLES.glob("*.json")} == before


def test_a_stack_without_the_player_is_named_as_the_reason(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="p_demo_1 in EUR"):
        events.write_signed(events.SAMPLES, tmp_path, {**STACK, "players": []}, NOW)


def test_a_container_reaches_the_stack_at_the_machine_that_it_runs_on() -> None:
    variables = events.container_environment(STACK)["Parameters"]

    assert variables == {
        "AWS_ENDPOINT_URL": "http://host.docker.internal:4566",
        "LEDGER_TABLE": "stack-ledger",
        "WALLETS_TABLE": "stack-wallets",
    }


def test_the_script_for_sam_local_names_the_port_of_the_stack_and_sends_no_telemetry() -> None:
    script = events.sam_local({**STACK, "endpoint": "http://127.0.0.1:4600"})

    assert " AwsEndpointUrl=http://host.docker.internal:4600 " in script
    assert "SAM_CLI_TELEMETRY=0" in script
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_n13_every_event_is_printed_as_a_ready_command_for_sam_local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = {**STACK, "endpoint": "http://127.0.0.1:4600"}
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(stack))
    monkeypatch.setattr(events, "PROJECT", tmp_path)
    monkeypatch.setattr(events, "LOCAL", tmp_path / ".local")

    assert events.main() == 0

    said = capsys.readouterr().out.splitlines()
    played = [line.split() for line in said if " invoke " in line]
    assert {Path(line[-1]).stem for line in played} == set(SAMPLES)
    template = load_template()
    for _, script, _, function, _, event in played:
        assert template["Resources"][function]["Type"] == "AWS::Serverless::Function"
        path = json.loads((tmp_path / event).read_text())["path"]
        routes = template["Resources"][function]["Properties"]["Events"].values()
        assert path in [route["Properties"]["Path"] for route in routes]
        written = (tmp_path / script).read_text()
        assert "SAM_CLI_TELEMETRY=0" in written
        assert "host.docker.internal:4600 " in written
    assert "sh .local/sam-local start-api" in said


def test_without_a_stack_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(events, "LOCAL", tmp_path)

    assert events.main() == 1
    assert "make run" in capsys.readouterr().err
