"""The certification kit, as a program of its own, against this wallet: every must and should."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from certify import report
from certify.report import seal
from ops.context import Operations
from sandbox.certifying import certify
from sandbox.flexsoft.part import FlexsoftPart
from sandbox.up import Casino
from sandbox.winupgo.part import WinupgoPart

#: The local stack is an emulator on a shared machine: its times are told, and judge nobody.
FEW = ("--requests", "24")


def certified(
    operations: Operations, stack: Mapping[str, Any], protocol: str, folder: Path, *more: str
) -> dict[str, Any]:
    """Run the kit; it must be satisfied with every must and should. Returns its report."""
    code = certify(operations, stack, protocol, folder, *FEW, *more)
    said: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    faults = {row["id"]: row["faults"] for row in said["scenarios"] if row["verdict"] == "failed"}
    assert (faults, code) == ({}, 0)
    return said


def test_igsp_and_its_report_is_signed(casino: Casino, tmp_path: Path) -> None:
    stack = {
        "hooks_url": casino.stack.hooks_url,
        "api_key": casino.credentials.api_key,
        "secret_key": casino.credentials.secret_key,
    }
    key = tmp_path / "key"
    key.write_text("a secret of the QA alone")
    more = ("--sign-key", str(key))
    said = certified(casino.operations, stack, "igsp", tmp_path / "report", *more)
    skipped = [row["id"] for row in said["scenarios"] if row["verdict"] == "skipped"]
    assert skipped == ["SIG-21"]
    assert seal.verify(tmp_path / "report", report.FILES, key)


def test_flexsoft(flexsoft: FlexsoftPart, tmp_path: Path) -> None:
    stack = {"dialects": {"flexsoft": flexsoft.described()}}
    said = certified(flexsoft.operations, stack, "flexsoft", tmp_path)
    assert said["complete"]


def test_winupgo_and_a_log_says_how_far_it_is(
    winupgo: WinupgoPart, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stack = {"dialects": {"winupgo": asdict(winupgo.caller)}}
    said = certified(winupgo.operations, stack, "winupgo", tmp_path)
    assert said["complete"]
    assert "certify: 20 of 40 scenarios" in capfd.readouterr().err.splitlines()
