"""`ops delivery show`: what a partner told us, as a person may read it."""

import json

from testing.world import World
from tests.functional.ops.console import Console
from tests.functional.ops.waiting import DELIVERY, receive


def test_a_body_cannot_command_the_terminal_that_shows_it(ops: Console, world: World) -> None:
    body = json.dumps({"note": "a\x9b2J\u202eb é"}, ensure_ascii=False, indent=1)
    receive(world, body=body.encode())
    shown = ops("delivery", "show", "sandbox", DELIVERY).out
    assert '"note": "a\\x9b2J\\u202eb é"' in shown
    assert "\x9b" not in shown
    assert ops.json("delivery", "show", "sandbox", DELIVERY)["body"] == body
