"""Chapters 3 and 4 of iGSP's integration guide, request by request and number by number."""

from casino.wallet.model import platform_transaction_id
from testing import guide
from testing.hooks import Caller, load_function
from testing.launching import PLAYER, PROVIDER_URL, introduce, make_desk, stock
from testing.world import World

SESSION = "sess-20250101-0001"
URL = "https://games.provider.com/session/launch/abc123"


def test_c1_the_guides_own_sequence_from_the_launch_to_the_refund(world: World) -> None:
    world.player(PLAYER, amount="100.00")
    introduce(world)
    stock(world)
    world.configure(url=PROVIDER_URL, launch_hosts=("games.provider.com",))
    desk = make_desk(world)
    desk.provider.answers = [URL]
    launched = desk.launch(
        session_id=SESSION,
        device="desktop",
        return_url="https://casino.example.com/lobby",
        language="en",
    )
    assert (launched.status, launched.json["url"]) == (201, URL)
    (asked,) = desk.provider.asked
    assert (asked.game_id, asked.player_id, asked.player_name) == (guide.GAME, PLAYER, "LuckyFox")
    assert (asked.currency, asked.session_id, asked.balance_minor) == ("EUR", SESSION, 100_00)
    assert (asked.device, asked.language, asked.is_demo) == ("desktop", "en", False)
    hook = Caller(load_function("hooks"))
    # Between the two chapters the guide's player spends 2.50.
    (_, (bet, _), *_) = guide.exchanges(PLAYER, SESSION, run="earlier")
    assert hook(bet | {"round_id": "round-17"}).status == 200
    for request, balance in guide.exchanges(PLAYER, SESSION):
        reply = hook(request)
        own = ""
        if "transaction_id" in request:
            reference = platform_transaction_id("sandbox", request["transaction_id"])
            own = f',"transaction_id":"{reference}"'
        assert (reply.status, reply.text) == (200, f'{{"balance":{balance}{own}}}')
