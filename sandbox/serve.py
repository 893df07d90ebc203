"""`python -m sandbox.serve NAME PORT`: serves a simulated counterpart until a signal ends it.

NAME is a package of `sandbox` whose `app` has `create_app(base_url, given)`; `given` is what the
variable SANDBOX_CALLER holds as JSON.
"""

import json
import os
import sys
from importlib import import_module

import uvicorn

from sandbox.processes import LOOPBACK


def main() -> int:
    """Serve; returns the exit code."""
    name, port = sys.argv[1], int(sys.argv[2])
    given = json.loads(os.environ["SANDBOX_CALLER"])
    app = import_module(f"sandbox.{name}.app").create_app(f"http://{LOOPBACK}:{port}", given)
    uvicorn.run(app, host=LOOPBACK, port=port, log_level="warning", access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
