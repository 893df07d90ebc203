"""Every change dies, or loses a call, at each call to AWS: its copy finds one change, one record.

The function that dies makes no further call. The one that loses a request or a reply goes on, so
its answer counts as well: a definitive one is the copy's, to the byte.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pytest
from botocore.exceptions import ReadTimeoutError

from casino.audit.model import of_player
from casino.audit.store import DynamoDbAudit
from casino.wallet.proof.verify import Verifier
from casino.wiring.accounts import accounts_endpoint
from casino.wiring.settings import load_settings
from testing.back_office import ApiReply, BackOffice
from testing.crashes import CrashError
from testing.world import World, build_tables
from tests.simulation.dynamodb_model import DynamoDbModel

type Send = Callable[[BackOffice, str, str], ApiReply]
type Effect = tuple[object, ...]

LOST: Final = ReadTimeoutError(endpoint_url="https://dynamodb.example")


@dataclass
class Faulty:
    """A client of DynamoDB that fails at one call: the call is made before that, or not."""

    client: Any
    at: int
    made: bool
    dies: bool
    calls: int = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            number, self.calls = self.calls, self.calls + 1
            if number < self.at or (number > self.at and not self.dies):
                return getattr(self.client, name)(**request)
            if number == self.at and self.made:
                getattr(self.client, name)(**request)
            raise CrashError if self.dies else LOST

        return call


def wallet(player_id: str) -> str:
    return f"/players/{player_id}/wallets/EUR"


def _post(path: str, **body: Any) -> Send:
    """Send to a path of a player's, with the reservation where the body asks for it."""

    def send(office: BackOffice, player_id: str, held: str) -> ApiReply:
        given = {"{held}": held, "{second}": f"{player_id}-2"}
        named = {n: given.get(v, v) if isinstance(v, str) else v for n, v in body.items()}
        place = path.format(wallet=wallet(player_id), player=f"/players/{player_id}", held=held)
        return office.post(place, f"k-{player_id}", **named)

    return send


def _patch(office: BackOffice, player_id: str, _: str) -> ApiReply:
    return office.patch(f"/players/{player_id}", f"k-{player_id}", kyc_level="verified")


def _limits(office: BackOffice, player_id: str, _: str) -> ApiReply:
    values = {"loss_day": 30, "stake": 5}
    return office.put(f"/players/{player_id}/limits", currency="EUR", limits=values)


CHANGES: dict[str, Send] = {
    "add": _post("/players", player_id="{second}", currencies=["EUR"]),
    "profile": _patch,
    "block": _post("{player}/block"),
    "deposit": _post("{wallet}/deposits", amount=12.5),
    "first deposit": _post("{player}/wallets/USD/deposits", amount=12.5),
    "withdrawal": _post("{wallet}/withdrawals", amount=12.5),
    "refused withdrawal": _post("{wallet}/withdrawals", amount=1_000),
    "reservation": _post("{wallet}/reservations", amount=12.5),
    "refused reservation": _post("{wallet}/reservations", amount=1_000),
    "release": _post("{wallet}/reservations/{held}/release"),
    "limits": _limits,
    "exclusion": _post("{player}/exclusions", exclusion="self_exclusion", until=None),
    "payout": _post("{wallet}/withdrawals", amount=40, reservation_id="{held}"),
}


def effect(world: World, player_id: str) -> Effect:
    """What stands of a player, of the one that it may have made, and what the audit tells."""
    found: list[object] = []
    for name in (player_id, f"{player_id}-2"):
        player = world.accounts.player(name)
        known = player and (player.blocked, player.kyc_level, player.self_excluded_until)
        wallets = [
            (w.currency, w.balance_minor, w.reserved_minor, w.blocked, w.seq, w.limits)
            for w in world.accounts.wallets(name)
        ]
        told = DynamoDbAudit(world.client, world.tables).records(of_player(name))
        found += [known, wallets, Counter((r.what, r.old, r.new) for r in told)]
    return tuple(found)


def prepare(office: BackOffice, player_id: str) -> str:
    """Make a player with EUR 100.00, and return the reservation that holds 40.00 of it."""
    assert office.post("/players", player_id=player_id, currencies=["EUR"]).status == 201
    assert office.post(f"{wallet(player_id)}/deposits", amount=100).status == 200
    made = office.post(f"{wallet(player_id)}/reservations", amount=40)
    return str(made.json["reservation_id"])


@pytest.fixture
def model_world() -> World:
    """The tables in this process: every fault at every call then takes a second."""
    return build_tables("faults", DynamoDbModel().client())


def faults(world: World) -> Iterator[Callable[[int], Faulty]]:
    for made in (False, True):
        for dies in (False, True):
            yield partial(Faulty, world.client, made=made, dies=dies)


@pytest.mark.parametrize("change", CHANGES)
def test_a_fault_at_any_call_never_doubles_or_loses_a_change(
    model_world: World, change: str
) -> None:
    world, send, tried = model_world, CHANGES[change], 0
    settings = load_settings(world.environment)
    office = BackOffice(accounts_endpoint(world.client, settings).handle)
    send(office, "clean", prepare(office, "clean"))
    wanted = effect(world, "clean")
    for kind, fault in enumerate(faults(world)):
        for at in range(100):
            player_id, broken = f"p-{kind}-{at}", fault(at)
            held = prepare(office, player_id)
            first = send(BackOffice(accounts_endpoint(broken, settings).handle), player_id, held)
            settled = send(office, player_id, held)
            assert settled.status < 500, settled.body
            assert effect(world, player_id) == wanted, (change, at)
            if first.status < 500:
                assert (first.status, first.body) == (settled.status, settled.body)
            else:
                assert first.json["retryable"] is True
            tried += 1
            if broken.calls <= at:
                break
    assert tried > 12
    assert Verifier(world.history).everything().faults == ()
