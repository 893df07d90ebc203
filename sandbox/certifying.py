"""`make certify`: gives the certification kit players on the local stack, and runs it there.

The kit itself gets a file with the URL, the credentials and the players, and nothing else.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from casino.wallet.model import session_key
from ops.context import Operations, connect_local
from sandbox.flexsoft.caller import Caller
from sandbox.flexsoft.part import FlexsoftPart, FlexsoftProcess
from sandbox.ministack import PROJECT
from sandbox.stack import STACK_NAME
from sandbox.traits import give
from sandbox.up import LOCAL, STACK_FILE, open_seat

PROTOCOLS: Final = ("igsp", "flexsoft", "winupgo")
_TRAITS: Final = ("normal",) * 4 + ("blocked", "excluded", "limited", "closed", "suspended")
_SESSION_S: Final = 3600
#: The local stack is an emulator: its times say nothing of AWS, so no budget stops them.
_TIMEOUT_S: Final = 60
_BUDGETS: Final = {"p95_ms": _TIMEOUT_S * 1000, "p99_ms": _TIMEOUT_S * 1000}


def players(operations: Operations, integration: str, tokens: bool) -> list[dict[str, str]]:
    """Bring a player of each kind into the casino, in a session of the integration.

    With `tokens` the session is known by its counterpart's own token, as a launch leaves it.
    """
    run, rows = uuid4().hex[:8], []
    who = operations.who("the certification kit")
    for number, trait in enumerate(_TRAITS):
        seat = open_seat(operations, f"p_certify_{run}_{number}", "EUR", "1000.00")
        name = f"certify-{run}-{number}"
        session = operations.sessions.open(
            seat.player_id, "EUR", "certify", who=who, integration=integration,
            ttl_s=_SESSION_S, session_id=session_key(integration, name) if tokens else name,
        )  # fmt: skip
        give(operations, trait, seat.player_id, session.session_id)
        row = {"player_id": seat.player_id, "currency": "EUR", "session_id": name}
        rows.append(row | {"trait": trait})
    return rows


def settings(
    stack: Mapping[str, Any], protocol: str, rows: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return what the kit is told of the local stack, by the stack's own file."""
    common: dict[str, Any] = {"budgets": _BUDGETS, "players": list(rows), "timeout_s": _TIMEOUT_S}
    if protocol == "igsp":
        own = {name: stack[name] for name in ("hooks_url", "api_key", "secret_key")}
        url, key, secret = own.values()
    elif protocol == "flexsoft":
        own = stack["dialects"]["flexsoft"]
        url, key, secret = own["url"], own["public_key"], own["secret_key"]
        common["players"] = [*rows, _launched(own["players"][0])]
    else:
        own = stack["dialects"]["winupgo"]
        url, key, secret = own["url"], own["key_id"], own["secret_key"]
        common["access"] = {k: v for k, v in own.items() if k not in ("url", "secret_key")}
    return {"url": url, "key": key, "secret": secret, **common}


def _launched(row: Mapping[str, str]) -> dict[str, str]:
    """Return a player in a launched game, whose token is unused."""
    names = {"player_id": "user_id", "currency": "currency", "session_id": "session_token"}
    found = {name: row[theirs] for name, theirs in names.items()}
    return found | {"user_token": row["user_token"], "trait": "launched"}


def as_toml(said: Mapping[str, Any]) -> str:
    """Write settings as TOML: plain values, tables of them, and lists of tables."""
    plain, tables = [], []
    for name, value in said.items():
        if isinstance(value, Mapping):
            tables += [f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in value.items())]
        elif isinstance(value, list):
            for row in value:
                tables += [f"[[{name}]]", *(f"{k} = {json.dumps(v)}" for k, v in row.items())]
        else:
            plain.append(f"{name} = {json.dumps(value)}")
    return "\n".join([*plain, *tables]) + "\n"


def main() -> int:
    """Certify the local stack; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make certify", description=__doc__)
    parser.add_argument("--only", choices=PROTOCOLS, help="one protocol")
    only = parser.parse_args().only
    if not STACK_FILE.exists():
        print("the local stack is down: make run", file=sys.stderr)
        return 1
    stack = json.loads(STACK_FILE.read_text("utf-8"))
    operations = connect_local(stack["endpoint"], STACK_NAME)
    process = FlexsoftProcess.running(LOCAL)
    if process is not None:  # the tokens in the file live ten minutes
        known = stack["dialects"]["flexsoft"]
        caller = Caller(known["url"], known["public_key"], known["secret_key"])
        stack["dialects"]["flexsoft"] = FlexsoftPart(operations, caller, process).described()
    codes = [
        certify(operations, stack, protocol, LOCAL / "certify" / protocol)
        for protocol in ([only] if only else PROTOCOLS)
    ]
    return max(codes)


def certify(
    operations: Operations, stack: Mapping[str, Any], protocol: str, folder: Path, *more: str
) -> int:
    """Run the kit as a program of its own; its report is in the folder. Returns its exit code."""
    integration = {"igsp": "sandbox", "flexsoft": "flexsoft", "winupgo": "winupgo-sandbox"}
    rows = players(operations, integration[protocol], protocol == "flexsoft")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder.with_name(f"{folder.name}-settings.toml")  # a report is handed over
    config.touch(mode=0o600)
    config.write_text(as_toml(settings(stack, protocol, rows)), "utf-8")
    command = [
        sys.executable, "-c", "from certify.cli import app; app()", protocol,
        "--config", str(config), "--out", str(folder), "--strict", *more,
    ]  # fmt: skip
    return subprocess.run(command, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
