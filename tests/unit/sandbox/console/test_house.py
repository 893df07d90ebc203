"""The console follows the file of the stack, and keeps what its pages keep once."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.console.house import House, StackDownError

NAMES = ("endpoint", "stack_name", "base_url", "hooks_url", "api_key", "secret_key")
STACK = dict.fromkeys(NAMES, "x")


class Kept:
    """What a page keeps."""

    def __init__(self, house: House) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_stack_that_is_run_again_is_connected_again(tmp_path: Path) -> None:
    connected: list[Any] = []

    def connect(stack: Mapping[str, Any]) -> Any:
        connected.append(stack["base_url"])
        return object()

    file = tmp_path / "stack.json"
    house = House(file, connect)
    with pytest.raises(StackDownError, match="make run"):
        _ = house.operations
    for url in ("one", "two"):
        file.write_text(json.dumps({**STACK, "base_url": url, "players": [], "dialects": {}}))
        assert house.operations is house.operations
    assert connected == ["one", "two"]


def test_what_is_kept_is_made_once_and_closed_at_the_end(tmp_path: Path) -> None:
    house = House(tmp_path / "stack.json")
    kept = house.keep(Kept)
    assert house.keep(Kept) is kept
    house.close()
    assert kept.closed == 1
