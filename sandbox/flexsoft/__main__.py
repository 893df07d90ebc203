"""`python -m sandbox.flexsoft PORT`: serves the simulated Flexsoft until a signal ends it."""

import os
import sys

import uvicorn

from sandbox.flexsoft.app import Flexsoft


def main() -> int:
    """Serve; returns the exit code."""
    port = int(sys.argv[1])
    # Not on the command line, where every user of the machine could read them.
    keys = os.environ["FLEXSOFT_PUBLIC_KEY"], os.environ["FLEXSOFT_SECRET_KEY"]
    app = Flexsoft(f"http://127.0.0.1:{port}", *keys).app()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
