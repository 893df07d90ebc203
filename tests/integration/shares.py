"""How the workers of pytest-xdist share the integration tests out.

Each worker has a MiniStack of its own. It takes long to deploy the template, so `HOSTS` workers do,
and only they take the modules that play on it. What takes longest comes first: else one worker
would still be at it when the others have nothing left.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

#: How many workers deploy the template.
HOSTS: Final = 2
#: The modules that take longer than 15 s, the longest first; but the second needs no build, for
#: which it would have to wait. A name that is missing here costs time and hides nothing.
LONGEST: Final = (
    "openapi/test_schemathesis.py",
    "sandbox/test_api_page.py",
    "sandbox/test_documented_commands.py",
    "catalogue/test_deployed.py",
    "certify/test_own_wallet.py",
    "aws/test_package.py",
    "integrations/test_rotation_live.py",
    "sandbox/test_console_journeys.py",
    "sandbox/test_deployed_stack.py",
    "accounts/test_api.py",
    "igv/test_deployed.py",
    "benchmarks/test_filled_ledger.py",
)
#: What a module imports that names the type of a fixture on the deployed stack.
_ON_THE_STACK: Final = re.compile(r"^from sandbox\.(up|part|loop|\w+\.part) import", re.MULTILINE)


def plays_on_the_stack(module: Path) -> bool:
    """Whether the tests of a module may take the fixture `casino`, or another made from it."""
    return _ON_THE_STACK.search(_text(module)) is not None


class Shares(LoadScopeScheduling):  # type: ignore[misc]
    """Gives out a module with fixtures of its own, or on the deployed stack, whole; else a test."""

    def _split_scope(self, nodeid: str) -> str:
        module = self._module(nodeid)
        whole = plays_on_the_stack(module) or 'scope="module"' in _text(module)
        return nodeid.partition("::")[0] if whole else nodeid

    def _assign_work_unit(self, node: Any) -> None:
        """Give a node the longest that it may take; end one that may take nothing more."""
        hosts = list(self.assigned_work)[:HOSTS]
        for scope in sorted(self.workqueue, key=_rank):
            if node in hosts or not plays_on_the_stack(self._module(scope)):
                self.workqueue.move_to_end(scope, last=False)
                super()._assign_work_unit(node)
                return
        node.shutdown()

    def _module(self, nodeid: str) -> Path:
        return Path(self.config.rootpath / nodeid.partition("::")[0])


@cache
def _text(module: Path) -> str:
    return module.read_text("utf-8")


def _rank(scope: str) -> int:
    """Return the place of what takes long; all else keeps its order behind it."""
    return next((at for at, name in enumerate(LONGEST) if scope.endswith(name)), len(LONGEST))


def check(items: list[pytest.Item]) -> None:
    """Raise `UsageError` when a test takes the deployed stack, and its module does not look so."""
    for item in items:
        if "local" in getattr(item, "fixturenames", ()) and not plays_on_the_stack(item.path):
            raise pytest.UsageError(f"{item.nodeid} takes the stack: import its type from sandbox")
