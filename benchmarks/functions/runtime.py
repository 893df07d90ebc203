"""The runtime of a function: AWS's own, with the trace header that the emulator leaves out.

A script for the interpreter that has `awslambdaric`. On Lambda every invocation has a trace, and
most of a busy function's are not sampled; without any header the tracer would log warnings instead.
"""

import os
import sys
import time

from awslambdaric import __main__ as runtime  # type: ignore[import-not-found]
from awslambdaric import bootstrap


def trace(_header: str | None) -> None:
    """Set a new trace for the next invocation."""
    root = f"1-{int(time.time()):08x}-{os.urandom(12).hex()}"
    os.environ["_X_AMZN_TRACE_ID"] = f"Root={root};Parent={os.urandom(8).hex()};Sampled=0"


bootstrap.update_xray_env_variable = trace
runtime.main(sys.argv)
