"""The `ops` command line: integrations, and signatures in their name."""

import json
import shlex
import time
from pathlib import Path

import pytest

from casino.aws.clients import secrets_client
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.signing.pair import Pair
from casino.wallet.model import PLATFORM
from testing.credentials import secret_of
from testing.hooks import API_KEY, SECRET_KEY, Caller, encode, proxy_event, signed_headers
from tests.functional.ops.console import Console

# Integrations


def test_the_credentials_of_a_new_integration_open_the_hook(ops: Console, hook: Caller) -> None:
    added = ops.json("integration", "add", "acme", "--currency", "EUR", "--currency", "JPY")
    assert added["api_key"].startswith("gp_live_")
    assert len(added["secret_key"]) == 64
    body = encode({"action": "balance", "player_id": "nobody", "currency": "EUR"})
    headers = signed_headers(body, added["api_key"], added["secret_key"])
    assert hook.send(proxy_event(body, headers)).error == "player_not_found"
    integration = ops.world.registry.get("acme")
    assert integration is not None
    assert integration.wallet.currencies == ("EUR", "JPY")
    (secret,) = SecretsManagerKeyring(secrets_client(), ops.clock).live(integration)
    assert (secret.api_key, secret.secret_key) == (added["api_key"], added["secret_key"])


def test_an_integration_keeps_its_options(ops: Console) -> None:
    ops.json(
        *("integration", "add", "acme", "--refund-unknown-bet", "accept"),
        *("--refund-after-win", "reject"),
        *("--allow-ip", "192.0.2.7", "--allow-ip", "2001:db8::/32"),
    )
    integration = ops.world.registry.get("acme")
    assert integration is not None
    assert integration.wallet.refund_unknown_bet == "accept"
    assert integration.wallet.refund_after_win == "reject"
    assert integration.allowed_cidrs == ("192.0.2.7/32", "2001:db8::/32")
    assert integration.secret_name == "test/integration/acme"


def test_the_answers_to_odd_refunds_change_with_an_audit_record(ops: Console) -> None:
    ops.json("integration", "add", "acme")
    said = ops.json("integration", "refunds", "acme", "--after-win", "reject")
    assert (said["refund_unknown_bet"], said["refund_after_win"]) == ("reject", "reject")
    ops.json("integration", "refunds", "acme", "--unknown-bet", "accept")
    shown = ops.json("integration", "show", "acme")
    assert (shown["refund_unknown_bet"], shown["refund_after_win"]) == ("accept", "reject")
    records = ops.json("audit")["records"]
    assert [record["what"] for record in records if record["what"] == "refunds"] == ["refunds"] * 2
    assert ops.error("integration", "refunds", "acme", "--after-win", "x") == "invalid_request"


def test_people_see_the_credentials_once(ops: Console) -> None:
    said = ops("integration", "add", "acme")
    assert "gp_live_" in said.out
    assert "not shown again" in said.out
    assert ops.error("integration", "add", "acme") == "integration_exists"


def test_a_provider_may_have_issued_the_credentials(ops: Console, tmp_path: Path) -> None:
    given = {"api_key": "issued-key", "secret_key": secret_of("issued")}
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps(given))
    added = ops.json("integration", "add", "acme", "--credentials-file", str(file))
    assert added["api_key"] == "issued-key"
    found = ops.world.by_api_key("issued-key")
    assert found is not None
    assert found.name == "acme"


@pytest.mark.parametrize("output", [(), ("--json",)])
def test_c12_a_secret_that_the_provider_issued_is_not_printed(
    ops: Console, tmp_path: Path, output: tuple[str, ...]
) -> None:
    pair = Pair("issued-key", secret_of("issued"))
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"api_key": pair.api_key, "secret_key": pair.secret_key}))
    said = ops(*output, "integration", "add", "acme", "--credentials-file", str(file))
    assert pair.secret_key not in said.out + said.err
    assert pair.fingerprint in said.out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"api_key": "k", "secret_key": ""}', "hush-42"])
def test_credentials_that_cannot_be_read_are_not_quoted(
    ops: Console, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(text)
    command = ("integration", "add", "acme", "--credentials-file", str(file))
    assert ops.error(*command) == "invalid_request"
    assert "hush" not in ops(*command).err
    assert ops.error(*command[:-1], "none.json") == "invalid_request"
    assert ops.world.registry.get("acme") is None


def test_the_key_of_another_integration_is_refused(ops: Console, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"api_key": API_KEY, "secret_key": secret_of("other")}))
    command = ("integration", "add", "acme", "--credentials-file", str(file))
    assert ops.error(*command) == "api_key_taken"
    assert ops.world.registry.get("acme") is None


def test_an_integration_whose_adding_was_cut_short_can_be_added_again(ops: Console) -> None:
    secrets_client().create_secret(Name="test/integration/acme", SecretString="{}")
    added = ops.json("integration", "add", "acme")
    stored = secrets_client().get_secret_value(SecretId="test/integration/acme")["SecretString"]
    assert json.loads(stored)["secret_key"] == added["secret_key"]


def test_the_secret_is_encrypted_with_the_stacks_own_key(ops: Console) -> None:
    ops.key_arn = "arn:aws:kms:eu-central-1:123456789012:key/own"
    ops.json("integration", "add", "acme")
    described = secrets_client().describe_secret(SecretId="test/integration/acme")
    assert described["KmsKeyId"] == ops.key_arn


@pytest.mark.parametrize(
    "arguments",
    [
        ("Acme",),
        ("a#b",),
        (PLATFORM,),
        ("acme", "--family", "none"),
        ("acme", "--allow-ip", "192.0.2.300"),
        ("acme", "--refund-unknown-bet", "perhaps"),
        ("acme", "--refund-after-win", "perhaps"),
    ],
)
def test_an_integration_that_could_not_work_is_not_added(
    ops: Console, arguments: tuple[str, ...]
) -> None:
    assert ops.error("integration", "add", *arguments) == "invalid_request"
    assert list(ops.world.registry.names()) == ["sandbox"]
    assert ops.error("integration", "add", "acme", "--currency", "XXX") == "unsupported_currency"


# Signatures


def test_a_signed_body_is_taken_by_the_hook(ops: Console, hook: Caller, tmp_path: Path) -> None:
    ops.clock.start = time.time()  # the hook's own clock is real
    body = encode({"action": "balance", "player_id": "Ünï", "currency": "EUR"})
    file = tmp_path / "body.json"
    file.write_bytes(body)
    headers = ops.json("sign", str(file))["headers"]
    assert hook.send(proxy_event(body, headers)).error == "player_not_found"
    assert ops("sign", str(file), "--integration", "sandbox").out.splitlines() == [
        f"{name}: {value}" for name, value in headers.items()
    ]
    piped = ops("sign", "-", "--json", stdin=body)
    assert piped.json["headers"] == headers


def test_the_curl_sends_the_signed_bytes_with_the_headers(ops: Console, tmp_path: Path) -> None:
    file = tmp_path / "a body.json"
    file.write_text("{}")
    signed = ops.json("sign", str(file), "--curl", "https://api.example/hooks?a=1&b=2")
    words = shlex.split(signed["curl"])
    assert words[:4] == ["curl", "-sS", "-X", "POST"]
    assert "https://api.example/hooks?a=1&b=2" in words
    assert words[-2:] == ["--data-binary", f"@{file}"]
    for name, value in signed["headers"].items():
        assert f"{name}: {value}" in words


def test_without_local_credentials_an_integration_must_be_named(
    ops: Console, tmp_path: Path
) -> None:
    file = tmp_path / "body.json"
    file.write_text("{}")
    ops.sandbox = None
    assert ops.error("sign", str(file)) == "invalid_request"
    assert ops.error("sign", str(file), "--integration", "none") == "integration_not_found"
    assert ops.error("sign", str(tmp_path / "none")) == "invalid_request"
    assert SECRET_KEY not in ops("sign", str(file), "--integration", "sandbox").out
