"""The sample events hold no secret, and their signed copies are what a provider would send."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from casino.base.headers import Headers, headers_of
from casino.dialects.registry import family
from casino.signing.scheme import Message, SignatureRefusedError
from sandbox import events
from testing.template import load_template
from tests.unit.sandbox.sampled import (
    IGSP_SAMPLES,
    LIVE,
    NOW,
    SAMPLES,
    SIGNED_SAMPLES,
    STACK,
    family_of,
    of,
    write,
)  # fmt: skip

#: 32 zero bytes.
NO_MAC: Final = "A" * 43 + "="


def multi_headers(event: dict[str, Any]) -> Headers:
    return headers_of((name, v) for name, vs in event["multiValueHeaders"].items() for v in vs)


@pytest.fixture
def copies(tmp_path: Path) -> dict[str, dict[str, Any]]:
    files = write(tmp_path / "events").items()
    return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files}


def test_there_is_a_sample_for_every_function_and_every_action() -> None:
    actions = {"balance", "bet", "win", "refund"}

    igsp = actions | {f"hooks-{action}" for action in actions} | {"health"}
    assert {name for name in SAMPLES if "/" not in name} == igsp
    flexsoft = {json.loads(SAMPLES[name]["body"]).get("action") for name in of("flexsoft")}
    money = "BET FREE_BET WIN FREE_BET_WIN ROLL_BACK CLOSE_ROUND"
    assert flexsoft - {None} == set(money.split())
    routes = {SAMPLES[name]["path"] for name in of("flexsoft")}
    assert routes == {f"/flexsoft/v1/{url}" for url in ("auth", "balance", "withdraw", "deposit")}
    resources = ("sessions", "bets/authorize", "bets/settle", "bets/rollback", "events")
    assert {SAMPLES[name]["path"] for name in of("winupgo")} == {
        f"/winupgo/v1/{resource}" for resource in resources
    }


@pytest.mark.parametrize("name", SIGNED_SAMPLES)
def test_the_sample_holds_placeholders_instead_of_credentials(name: str) -> None:
    headers = SAMPLES[name]["headers"]
    match family_of(name):
        case "igsp":
            assert headers["Authorization"] == "Bearer placeholder"
            assert headers["X-Signature"] == "0" * 64
        case "flexsoft":
            assert (headers["X-Public-Key"], headers["X-Signature"]) == ("placeholder", NO_MAC)
        case "winupgo":
            assert headers["Authorization"] == "Bearer placeholder"
            assert 'keyid="placeholder"' in headers["Signature-Input"]
            assert headers["Signature"] == f"sig1=:{NO_MAC}:"
        case "igv-seller":
            assert headers["X-Signature"] == "0" * 64
        case "invo":
            assert headers["X-Invo-Signature"].endswith(",v1=" + "0" * 64)
        case other:
            pytest.fail(f"{other} has no placeholder that is known")


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
    known, live = family(family_of(name)), LIVE[family_of(name)]
    where = {"method": "POST", "path": copies[name]["path"]}

    assert known.verify(Message(body, headers, **where), [live], NOW) == "current"
    if known.names_key:
        assert known.credential(headers) == live.api_key
    if family_of(name) == "igv-seller":
        return  # only its body is not signed
    with pytest.raises(SignatureRefusedError):
        known.verify(Message(body + b" ", headers, **where), [live], NOW)


def test_a_copy_of_igvs_callback_names_the_order_of_the_stack(
    copies: dict[str, dict[str, Any]],
) -> None:
    fields, told = json.loads(copies["igv/callback"]["body"]), STACK["dialects"]["igv"]
    assert [fields[name] for name in ("orderId", "orderNum", "buyerId")] == [
        told[name] for name in ("order_id", "order_num", "buyer_id")
    ]
    sample = SAMPLES["igv/callback"]["headers"]["X-Request-Id"]
    assert copies["igv/callback"]["headers"]["X-Request-Id"] != sample


def test_a_copy_of_invos_purchase_is_for_the_player_of_the_stack(
    copies: dict[str, dict[str, Any]],
) -> None:
    event, told = copies["invo/purchase"], STACK["dialects"]["invo"]
    fields = json.loads(event["body"])
    assert fields["tenant_id"] == told["game_id"]
    bought = [fields["data"][name] for name in ("player_email", "identity_id", "currency_name")]
    assert bought == [told[name] for name in ("player_email", "identity_id", "currency")]
    assert event["headers"]["X-Invo-Idempotency-Key"] == fields["idempotency_key"]


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
    fields = json.loads(copies[name]["body"])
    for field in fields.keys() & {"session_id", "session_token"}:
        assert fields[field] == "sess-of-the-stack"
    if name in IGSP_SAMPLES:
        assert "session_id" in fields
    if "user_token" in fields:
        assert fields["user_token"] == "token-of-the-stack"


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


def test_the_copies_of_the_other_dialects_belong_together_too(
    copies: dict[str, dict[str, Any]],
) -> None:
    bodies = {name: json.loads(copies[name]["body"]) for name in of("flexsoft") + of("winupgo")}
    bet = bodies["flexsoft/bet"]
    for name in ("win", "roll-back"):
        assert bodies[f"flexsoft/{name}"]["withdraw_provider_tx_id"] == bet["provider_tx_id"]
        assert bodies[f"flexsoft/{name}"]["round_id"] == bet["round_id"]
    held = bodies["winupgo/authorize"]
    for name in ("settle", "rollback"):
        own = bodies[f"winupgo/{name}"]
        assert [own[field] for field in ("bet_id", "round_id")] == [
            held[field] for field in ("bet_id", "round_id")
        ]
    keys = {copies[name]["headers"]["X-Idempotency-Key"] for name in of("winupgo")}
    assert len(keys) == 5


@pytest.mark.parametrize("name", of("winupgo"))
def test_a_copy_of_winupgo_is_of_the_stacks_brand_and_client(
    name: str, copies: dict[str, dict[str, Any]]
) -> None:
    headers, claims = (
        copies[name]["headers"],
        copies[name]["requestContext"]["authorizer"]["claims"],
    )
    said = [headers[f"X-{part}"] for part in ("Brand-Id", "Region", "Provider-Id")]
    assert said == ["brand-9", "LATAM", "other"]
    told = json.loads(copies[name]["body"])
    assert (told.get("tenant_id", "brand-9"), told.get("region", "LATAM")) == ("brand-9", "LATAM")
    assert claims["client_id"] == "client-of-the-stack"
    assert claims["scope"] == SAMPLES[name]["requestContext"]["authorizer"]["claims"]["scope"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("bet", ("transaction_id", "round_id")),
        ("flexsoft/bet", ("provider_tx_id", "round_id")),
        ("winupgo/authorize", ("bet_id", "round_id")),
        ("invo/purchase", ("event_id", "idempotency_key")),
    ],
)
def test_every_run_uses_new_transaction_ids(
    tmp_path: Path, name: str, fields: tuple[str, ...]
) -> None:
    runs = [json.loads(write(tmp_path / run)[name].read_text("utf-8")) for run in ("1", "2")]
    first, second = (json.loads(event["body"]) for event in runs)
    assert all(first[field] != second[field] for field in fields)


def test_the_copy_says_when_it_was_made(copies: dict[str, dict[str, Any]]) -> None:
    context = copies["health"]["requestContext"]

    assert context["requestTimeEpoch"] == 1_760_702_625_500
    assert context["requestTime"] == "17/Oct/2025:12:03:45 +0000"
    assert copies["bet"]["headers"]["X-Timestamp"] == "2025-10-17T12:03:45Z"


def test_the_samples_themselves_are_left_as_they_are(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in events.SAMPLES.rglob("*.json")}

    write(tmp_path / "events")

    assert {path: path.read_bytes() for path in events.SAMPLES.rglob("*.json")} == before


def test_a_stack_without_the_player_is_named_as_the_reason(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="p_demo_1 in EUR"):
        write(tmp_path, {**STACK, "players": []})


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
    monkeypatch.setattr(events, "open_session", lambda _: "sess-of-the-stack")

    assert events.main() == 0

    said = capsys.readouterr().out.splitlines()
    played = [line.split() for line in said if " invoke " in line]
    names = [Path(line[-1]).relative_to(".local/events").with_suffix("") for line in played]
    assert {str(name) for name in names} == set(SAMPLES)
    template = load_template()
    for _, script, _, function, _, event in played:
        assert template["Resources"][function]["Type"] == "AWS::Serverless::Function"
        resource = json.loads((tmp_path / event).read_text())["resource"]
        routes = template["Resources"][function]["Properties"]["Events"].values()
        assert resource in [route["Properties"]["Path"] for route in routes]
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


def test_a_stack_that_does_not_answer_is_named_as_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody(stack: object) -> str:
        raise httpx.ConnectError("refused")

    (tmp_path / "stack.json").write_text(json.dumps(STACK))
    monkeypatch.setattr(events, "LOCAL", tmp_path)
    monkeypatch.setattr(events, "open_session", nobody)

    assert events.main() == 1
    assert "does not answer: make run" in capsys.readouterr().err
