"""`make down`: stops the console, the simulations and the local AWS; its data is gone."""

import sys
from typing import Final

from sandbox.flexsoft.part import FlexsoftProcess
from sandbox.igv.part import IgvProcess
from sandbox.invo.part import InvoProcess
from sandbox.ministack import LocalServerError, MiniStack
from sandbox.part import ConsoleProcess
from sandbox.processes import LocalServer
from sandbox.provider.process import ProviderProcess
from sandbox.up import LOCAL, STACK_FILE
from sandbox.winupgo.part import WinupgoProcess

_PROGRAMS: Final[dict[str, type[LocalServer]]] = {
    "the console": ConsoleProcess,
    "the simulated provider": ProviderProcess,
    "the simulated Flexsoft": FlexsoftProcess,
    "the simulated WinUpGo": WinupgoProcess,
    "the simulated iGV": IgvProcess,
    "the simulated Invo": InvoProcess,
    "the local AWS": MiniStack,
}


def main() -> int:
    """Stop the local stack; returns the exit code."""
    running = {name: kind.running(LOCAL) for name, kind in _PROGRAMS.items()}
    STACK_FILE.unlink(missing_ok=True)
    failed = False
    for name, process in running.items():
        if process is None:
            print(f"{name} is not running")
            continue
        try:
            process.stop()
        except LocalServerError as error:
            print(f"failed: {error}", file=sys.stderr)
            failed = True
        else:
            print(f"{name} is stopped (pid {process.pid})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
