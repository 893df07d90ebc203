"""Each row of the tables of docs/winupgo.md through the function in this process."""

from casino.base.clock import SystemClock
from testing.hooks import Reply, load_function, proxy_event
from testing.world import World
from tests.cases.winupgo import ROWS
from tests.cases.winupgo_desk import CLOSED, connect, sit_down
from tests.functional.ops.console import Console


def test_each_row_is_answered_as_the_page_says(world: World) -> None:
    operations = Console(world, clock=SystemClock()).operations
    mine, closed = (connect(operations, name, "client-1") for name in ("studio", CLOSED))
    handler = load_function("winupgo")

    def post(resource: str, headers: dict[str, str], body: bytes, scopes: str) -> Reply:
        event = proxy_event(body, headers, f"/winupgo/v1{resource}")
        if scopes:
            granted = " ".join(f"winupgo/{scope}" for scope in scopes.split())
            claims = {"client_id": "client-1", "scope": granted}
            event["requestContext"]["authorizer"] = {"claims": claims}
        response = handler(event, None)
        return Reply(response["statusCode"], response["body"], response["headers"])

    for play in ROWS.once():
        play(sit_down(operations, mine, closed, post))
    assert not tuple(world.verifier.everything().faults)
