"""The preflight on the local stack: it names what is missing, and calls nothing fine unseen."""

from typing import Any

from ops.verbs.preflight import preflight
from sandbox.up import Casino


def test_o22_the_preflight_runs_on_the_local_stack(casino: Casino) -> None:
    answer = preflight(casino.operations, "local")
    data: Any = answer.data
    states = {
        state: {row["check"] for row in data["rows"] if row["state"] == state}
        for state in ("fine", "falls short", "not checked")
    }
    assert answer.exit_code == 1
    assert {"dashboards", "key of the checkpoints"} <= states["fine"]
    # Other tests leave an integration of their own switched off on this stack.
    assert (
        "switches" in states["fine" if not casino.operations.switching.off_now() else "falls short"]
    )
    assert {"deletion protection", "allow list of the firewall"} <= states["falls short"]
    assert states["not checked"] == {
        "account and region", "alarms", "quotas", "schedules", "target of the alarms",
    }  # fmt: skip
