"""What answers hooks loads nothing that only catalogue and launches need: it costs each start."""

import json
import subprocess
import sys

import pytest

from tests.support.template import PROJECT

UNWANTED = (
    "pydantic",
    "cryptography",
    "casino.adapters.provider",
    "casino.catalogue",
    "casino.bootstrap.catalogue",
    "casino.bootstrap.launch",
    "casino.bootstrap.rotation",
    "casino.endpoints.catalogue",
    "casino.endpoints.expiry",
    "casino.endpoints.launch",
    "casino.endpoints.sync",
    "casino.ports.launch",
    "casino.ports.provider",
    "casino.ports.rotation",
    "casino.ports.sync",
)
TABLES = ("LEDGER", "WALLETS", "PLAYERS", "SESSIONS", "ROUNDS", "REGISTRY")

_LOAD = """
import json, runpy, sys
runpy.run_path(sys.argv[1])
print(json.dumps([*sys.modules]))
"""


@pytest.mark.parametrize("name", ["hooks", "balance", "bet", "win", "refund", "health"])
def test_function_of_the_money_path_loads_neither_catalogue_nor_launches(name: str) -> None:
    environment = {f"{table}_TABLE": table for table in TABLES}
    environment |= {"AWS_DEFAULT_REGION": "eu-central-1", "PYTHONPATH": "layers/shared"}
    loaded = subprocess.run(
        [sys.executable, "-c", _LOAD, f"functions/{name}/app.py"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = json.loads(loaded.stdout)
    assert [module for module in modules if module.startswith(UNWANTED)] == []
    assert ("casino.endpoints.hooks" in modules) == (name != "health")
