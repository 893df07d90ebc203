"""GET /health: tell whether the front door is open, and which version stands behind it.

The function calls nothing else, so its answer shows that the API and its functions run, not that
AWS's other services do.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Return `{"status": "ok", "version": …, "time": …}`, the time in ISO 8601 UTC."""
    body = {
        "status": "ok",
        "version": os.environ.get("SERVICE_VERSION", "unknown"),
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": json.dumps(body),
    }
