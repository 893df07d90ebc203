"""`make down`: stops the local AWS, and what it held in memory with it."""

import sys

from sandbox.ministack import MiniStack, MiniStackError
from sandbox.up import LOCAL, STACK_FILE


def main() -> int:
    """Stop the local stack; returns the exit code."""
    local = MiniStack.running(LOCAL)
    STACK_FILE.unlink(missing_ok=True)
    if local is None:
        print("the local stack is not running")
        return 0
    try:
        local.stop()
    except MiniStackError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    print(f"stopped (pid {local.pid})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
