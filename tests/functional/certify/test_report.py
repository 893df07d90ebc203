"""The report of a run: its three forms, what it never holds, and its seal."""

import json
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from certify import report
from certify.cli import app
from certify.dialects import Access
from certify.play import Rules
from certify.report import junit, page, seal
from certify.settings import Settings
from testing.broken_wallet.door import SECRET
from testing.broken_wallet.trial import try_out

WRONG: Final = ("late bets debit", "unsigned recorded")
PEM: Final = serialization.Encoding.PEM


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """The report of a wallet with two mistakes."""
    access = Access("https://casino.example/<hooks>", "key", SECRET)
    settings = Settings(access, (), Rules(budgets={"p95_ms": 300}), 1, 1)
    return report.build(try_out(WRONG), "igsp", settings, "TLSv1.3")


@pytest.fixture
def folder(said: dict[str, Any], tmp_path: Path) -> Path:
    report.write(said, tmp_path)
    return tmp_path


def test_the_verdict_is_that_of_the_musts(said: dict[str, Any]) -> None:
    assert (said["certified"], said["complete"]) == (False, False)
    assert said["counts"]["must"]["failed"] == 1
    assert said["counts"]["should"]["failed"] == 2
    assert said["slo"]["by_verb"]["bet"]["requests"] > 100
    assert {row["what"].partition(" ")[0] for row in said["security"]} >= {"transport", "SIG-06"}


def test_a_part_of_the_scenarios_certifies_nothing() -> None:
    settings = Settings(Access("https://casino.example", "key", SECRET), (), Rules(), 1, 1)
    part = report.build(try_out(only=["IDE"]), "igsp", settings, "", whole=False)
    assert (part["certified"], part["counts"]["must"]["failed"]) == (False, 0)
    assert "A part of the scenarios" in page.render(part)
    everything = report.build(try_out(), "igsp", settings, "")
    assert everything["certified"]
    assert "<h1>Certified; 1 others skipped</h1>" in page.render(everything)


def test_every_request_has_its_time_and_trace_id(said: dict[str, Any]) -> None:
    exchanges = [e for row in said["scenarios"] for e in row["exchanges"]]
    assert len({e["trace_id"] for e in exchanges}) == len(exchanges) > 500
    assert all(e["at"].endswith("Z") for e in exchanges)


def test_no_form_holds_the_secret_or_a_signature(folder: Path) -> None:
    for name in report.FILES:
        text = (folder / name).read_text()
        assert SECRET not in text
        assert "X-Signature:" not in text


def test_what_a_wallet_tells_of_the_secret_is_in_no_form(tmp_path: Path) -> None:
    settings = Settings(Access("https://casino.example", "key", SECRET), (), Rules(), 1, 1)
    made = report.build(try_out(["secret told"], ["SIG-0"]), "igsp", settings, "")
    report.write(made, tmp_path)
    assert "the answer holds the secret" in (tmp_path / "report.html").read_text()
    assert "[secret]" in (tmp_path / "report.json").read_text()
    for name in report.FILES:
        assert SECRET not in (tmp_path / name).read_text(), name


def test_a_run_without_one_of_the_musts_certifies_nothing() -> None:
    made = try_out()
    next(r for r in made.results if r.scenario.id == "LIM-09").verdict = "skipped"
    settings = Settings(Access("https://casino.example", "key", SECRET), (), Rules(), 1, 1)
    said = report.build(made, "igsp", settings, "")
    assert not said["certified"]
    assert "<h1>No must failed; 1 must skipped; 1 others skipped</h1>" in page.render(said)


def test_the_page_stands_alone_and_shows_what_a_platform_said_without_running_it(
    said: dict[str, Any],
) -> None:
    row = said["scenarios"][0]
    evil = "<script>alert(1)</script>"
    changed = row | {"verdict": "failed", "faults": [evil], "observed": evil}
    text = page.render(said | {"scenarios": [changed, *said["scenarios"][1:]]})
    assert evil not in text
    assert "&lt;script&gt;" in text
    assert "http-equiv" in text
    assert not any(word in text for word in (" src=", "<link", "@import", "url("))
    assert text.count("<svg") == 2


def test_junit_is_parsed_and_counts_what_failed(said: dict[str, Any]) -> None:
    rude = [row | {"faults": ["\x1b[31m\x00 said"]} for row in said["scenarios"]]
    root = ET.fromstring(junit.render(said | {"scenarios": rude}))
    assert len(root.findall(".//testcase")) == len(rude)
    failed = {case.get("name", "").partition(" ")[0] for case in root.findall(".//*[failure]")}
    assert failed == {"IDE-18", "ORD-01", "ORD-02"}
    assert sum(int(suite.get("failures", 0)) for suite in root) == 3


def keys(folder: Path) -> dict[str, Path]:
    """An Ed25519 pair, and a secret, as files outside the report."""
    made = Ed25519PrivateKey.generate()
    private = made.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    contents = {"private": private, "public": public, "secret": b"0123456789abcdef"}
    outside = folder / "keys"
    outside.mkdir()
    for name, content in contents.items():
        (outside / name).write_bytes(content)
    return {name: outside / name for name in contents}


@pytest.mark.parametrize(("signed", "verified"), [("private", "public"), ("secret", "secret")])
def test_a_sealed_report_is_verified_and_a_changed_one_is_not(
    folder: Path, signed: str, verified: str
) -> None:
    mine, others = keys(folder), Ed25519PrivateKey.generate().public_key()
    seal.sign(folder, report.FILES, mine[signed])
    told = CliRunner().invoke(app, ["verify-report", str(folder), "--key", str(mine[verified])])
    assert told.exit_code == 0, told.output
    for name in report.FILES:
        before = (folder / name).read_text()
        (folder / name).write_text(before.replace("igsp", "IGSP", 1))
        with pytest.raises(seal.SealError, match=name):
            seal.verify(folder, report.FILES, mine[verified])
        (folder / name).write_text(before)
    file = folder / seal.SEAL
    changed = json.loads(file.read_text()) | {"signed_at": "2020-01-01T00:00:00+00:00"}
    file.write_text(json.dumps(changed))
    with pytest.raises(seal.SealError, match="changed"):
        seal.verify(folder, report.FILES, mine[verified])
    stranger = folder / "stranger"
    stranger.write_bytes(others.public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(seal.SealError):
        seal.verify(folder, report.FILES, stranger)


def test_a_public_key_is_no_secret_for_a_forged_seal(folder: Path) -> None:
    mine = keys(folder)
    forged = folder / "as-secret"
    forged.write_bytes(b"\n" + mine["public"].read_bytes())
    with pytest.raises(seal.SealError, match="cannot sign"):
        seal.sign(folder, report.FILES, forged)
    public = Ed25519PrivateKey.generate().public_key()
    ssh = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for content in (ssh, der, b"# ours\n" + mine["public"].read_bytes()):
        forged.write_bytes(content)
        with pytest.raises(seal.SealError, match="no secret"):
            seal.sign(folder, report.FILES, forged)
    (folder / "short").write_bytes(b"short")
    with pytest.raises(seal.SealError, match="16 bytes"):
        seal.sign(folder, report.FILES, folder / "short")
