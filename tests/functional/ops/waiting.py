"""What waits for a person, arranged for the command line: a held win or stake, a delivery."""

from typing import Final

from casino.deliveries.model import Delivery, Unmatched
from casino.deliveries.store.inbox import DynamoDbInbox
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.model import WalletTerms, WinLimits
from casino.wiring.hooks import wallet_service
from casino.wiring.winupgo import hold_service
from testing.transactions import a_win
from testing.world import World
from tests.unit.wallet.holding import a_request

HELD_WIN: Final = "win-held"
HELD_BET: Final = "bet-held"
DELIVERY: Final = "evt-1"


def hold_a_win(world: World) -> None:
    """Let a player win what is above the limits of the integration."""
    session_id = world.player("bea")
    win = a_win(transaction_id=HELD_WIN, player_id="bea", session_id=session_id)
    limited = WalletTerms(win_limits=(("EUR", WinLimits(0)),))
    assert wallet_service(world.client, world.tables, Igsp()).transact(win, limited).status == 200


def hold_a_stake(world: World) -> None:
    """Let a player's stake be held, as when its studio dies before it settles."""
    session_id = world.player("cyd")
    hold = a_request("hold", "hold-1", session_id=session_id, bet_transaction_id=HELD_BET)
    wallet = hold_service(world.client, world.tables, Winupgo())
    assert wallet.transact(hold, WalletTerms()).status == 200


def receive(world: World, key: str = DELIVERY, body: bytes = b'{"a":1}') -> None:
    """Let a partner tell something that fits no player."""
    inbox = DynamoDbInbox(world.client, world.tables)
    told = Delivery("sandbox", "invo", key, "purchase.completed", body, 1)
    assert inbox.put_if_absent(told) is None
    taken = inbox.take(told, 1)
    assert taken is not None
    assert inbox.commit(taken, Unmatched("no such player"), 1) == "committed"
