"""The scenarios of Flexsoft and WinUpGo can fail: each mistake turns its own red."""

import json
from dataclasses import replace
from typing import Any, Final

from certify.model import Reply, Request
from certify.runner import Run
from testing.world import World
from tests.functional.certify.spoilt import (
    Change,
    Retell,
    Trial,
    answered,
    as_action,
    flexsoft_trial,
    renamed,
    winupgo_trial,
    without,
)

type Mistake = tuple[str, Change | None, Retell | None]


def as_it_comes(fields: dict[str, Any], seen: set[str]) -> dict[str, Any]:
    """Verify nothing: whatever was signed is signed again."""
    return fields


def bet_again(fields: dict[str, Any], seen: set[str]) -> dict[str, Any] | None:
    """Take a bet that is known by its id alone for another one, under a key of its own."""
    return renamed("bet_id", "key")(fields, seen) if "session_id" in fields else None


def in_cents(fields: dict[str, Any], seen: set[str]) -> dict[str, Any] | None:
    """Take thousandths for cents."""
    return fields | {"amount": fields["amount"] * 10} if fields.get("action") == "BET" else None


def a_thousandth_more(request: Request, reply: Reply) -> Reply:
    """Tell a balance that no amount in cents leads to."""
    said = json.loads(reply.body)
    if "new_balance" in (said["data"] or {}):
        said["data"]["new_balance"] += 1
    return replace(reply, body=json.dumps(said).encode())


HELD: Final = {"status": "authorized", "hold_id": "h-1"}
ENDED: Final = {"status": "credited", "settlement_id": "s-1", "rollback_id": "r-1"}
FLEXSOFT: Final[dict[str, Mistake]] = {
    "copies are new": ("FXI-01 FXI-02 FXI-06 FXI-09", renamed("provider_tx_id"), None),
    "nothing is verified": ("FXS-02 FXS-03 FXS-04", as_it_comes, None),
    "thousandths are cents": ("FXF-02", in_cents, None),
    "free bets debit": ("FXF-04 FXF-05", as_action("FREE_BET", "BET"), None),
    "rollbacks pay what they ask": ("FXR-01 FXR-02", as_action("ROLL_BACK", "WIN"), None),
    "late bets debit": ("FXR-03", renamed("provider_tx_id"), None),
    "a thousandth stays": ("FXF-02 FXF-03", None, a_thousandth_more),
    "no code": ("FXF-01", None, without("code")),
    "a refusal is a 500": ("FXS-05 FXI-04", None, answered(500, {})),
    "a refusal is a success": ("FXF-09 FXF-11", None, answered(200, {"code": 200})),
}
WINUPGO: Final[dict[str, Mistake]] = {
    "copies are new": ("WUI-01 WUI-02", renamed("bet_id", "key"), None),
    "a bet is held under every key": ("WUI-05", bet_again, None),
    "nothing is verified": ("WUS-04 WUS-05 WUS-06", as_it_comes, None),
    "what was never held is paid": ("WUO-01 WUO-03", None, answered(200, ENDED, of=409)),
    "what was paid is rolled back": ("WUO-04 WUI-10", None, answered(200, ENDED, of=409)),
    "money is not counted": ("WUF-07 WUO-08", None, answered(200, HELD, of=402)),
    "any scope will do": ("WUS-02 WUS-07", None, answered(200, HELD, of=403)),
    "a refusal is not explained": ("WUS-08", None, answered(400, {})),
    "a refusal is a 500": ("WUS-03", None, answered(500, {})),
}


def red(made: Run) -> set[str]:
    return {result.scenario.id for result in made.results if result.verdict == "failed"}


def shown(trial: Trial, mistakes: dict[str, Mistake]) -> None:
    """Each mistake turns its scenarios red, and without it they are green."""
    every = " ".join(only for only, _, _ in mistakes.values())
    assert {r.scenario.id: r.faults for r in trial.run(every).results if r.faults} == {}
    found = {name: red(trial.run(*mistake)) for name, mistake in mistakes.items()}
    assert found == {name: set(only.split()) for name, (only, _, _) in mistakes.items()}


def test_scenarios_of_flexsoft_can_fail(world: World) -> None:
    shown(flexsoft_trial(world), FLEXSOFT)


def test_scenarios_of_winupgo_can_fail(world: World) -> None:
    shown(winupgo_trial(world), WINUPGO)
