"""Each row of the table of docs/flexsoft.md through the function in this process."""

from casino.base.clock import SystemClock
from casino.providers.ports import Launched, LaunchRequest
from testing.hooks import Reply, proxy_event
from testing.launching import URL
from tests.cases.flexsoft import ROWS
from tests.cases.flexsoft_desk import sit_down, switched_off
from tests.functional.flexsoft.partner import INTEGRATION, PUBLIC_KEY, SECRET_KEY, Partner
from tests.functional.ops.console import Console


def test_each_row_is_answered_as_the_page_says(stranger: Partner) -> None:
    operations = Console(stranger.world, clock=SystemClock()).operations

    def post(route: str, headers: dict[str, str], body: bytes) -> Reply:
        response = stranger.handler(proxy_event(body, headers, f"/flexsoft/v1/{route}"), None)
        return Reply(response["statusCode"], response["body"], response["headers"])

    def launch(player: str, run: str) -> tuple[str, str, str]:
        tokens = []

        def answer(request: LaunchRequest) -> Launched:
            tokens.append(request.user_token)
            return Launched(URL, "", "", 200, session_token=f"ps_{run}")

        stranger.desk.provider.answers = [answer]
        made = stranger.desk.launch(player_id=player, session_id=f"sess-{run}")
        assert made.status == 201, made
        return tokens[0], f"ps_{run}", made.json["session_id"]

    keys, off = (PUBLIC_KEY, SECRET_KEY), switched_off(operations)
    for play in ROWS.once():
        play(sit_down(operations, INTEGRATION, keys, off, post, launch))
    assert not tuple(stranger.world.verifier.everything().faults)
