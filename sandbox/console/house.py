"""The local stack as the console sees it: what its file says, and the use cases over it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock
from typing import Any, Final

from ops.context import Operations, connect_local

_NEEDED: Final = {
    *("endpoint", "stack_name", "base_url", "hooks_url", "api_key", "secret_key"),
    *("players", "dialects"),
}


class StackDownError(Exception):
    """The local stack is not up or does not answer; the message says what to do."""


def connected(stack: Mapping[str, Any]) -> Operations:
    """Return the use cases of the stack that a file describes."""
    return connect_local(stack["endpoint"], stack["stack_name"])


class House:
    """The stack of one file, and what pages keep between requests.

    `connect` returns the use cases of what the file says; it is asked again when `make run` has
    written the file anew.
    """

    def __init__(
        self,
        stack_file: Path,
        connect: Callable[[Mapping[str, Any]], Operations] = connected,
    ) -> None:
        self.stack_file = stack_file
        self._connect = connect
        self._lock = RLock()
        self._read: dict[str, Any] = {}
        self._operations: Operations | None = None
        self._kept: dict[Callable[[House], Any], Any] = {}

    @property
    def folder(self) -> Path:
        """Where the running stack keeps its logs and reports."""
        return self.stack_file.parent

    @property
    def stack(self) -> dict[str, Any]:
        """What the stack's file says; raises `StackDownError` when there is none."""
        try:
            stack = json.loads(self.stack_file.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            stack = None
        if not isinstance(stack, dict) or not stack.keys() >= _NEEDED:
            raise StackDownError("The local stack is down. Start it with make run.")
        return stack

    @property
    def operations(self) -> Operations:
        """The verbs and use cases of the stack; raises `StackDownError`."""
        stack = self.stack
        with self._lock:
            if self._operations is None or stack != self._read:
                self._operations, self._read = self._connect(stack), stack
            return self._operations

    def keep[T](self, kind: "Callable[[House], T]") -> T:
        """Return the one `kind(house)`, made when it is first asked for."""
        with self._lock:
            if kind not in self._kept:
                self._kept[kind] = kind(self)
            kept: T = self._kept[kind]
            return kept

    def close(self) -> None:
        """Close what is kept and can be closed."""
        for each in self._kept.values():
            if hasattr(each, "close"):
                each.close()
