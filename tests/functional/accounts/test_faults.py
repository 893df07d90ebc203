"""Every change dies, or loses a call, at each call to AWS: its copy finds one change, one record.

The function that dies makes no further call. The one that loses a request or a reply goes on, so
its answer counts as well: a definitive one is the copy's, to the byte.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import pytest
from botocore.exceptions import ReadTimeoutError

from casino.audit.model import AuditRecord, of_player
from casino.audit.store import DynamoDbAudit
from casino.base.times import iso_utc
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
        told = Counter((r.what, r.old, r.new) for r in _told(world, name))
        found += [known, wallets, told]
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


def test_an_exclusion_that_died_half_way_is_finished_by_its_copy(
    model_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With as many wallets as no transaction takes, or one wallet in each."""
    monkeypatch.setattr("casino.accounts.store.controls._WALLETS_AT_ONCE", 1)
    world, tried, currencies = model_world, 0, ["EUR", "USD", "GBP"]
    settings = load_settings(world.environment)
    office = BackOffice(accounts_endpoint(world.client, settings).handle)
    send = _post("{player}/exclusions", exclusion="cool_off", until=_in_a_day())
    for kind, fault in enumerate(faults(world)):
        for at in range(100):
            player_id, broken = f"p-{kind}-{at}", fault(at)
            office.post("/players", player_id=player_id, currencies=currencies)
            send(BackOffice(accounts_endpoint(broken, settings).handle), player_id, "")
            assert send(office, player_id, "").status == 200
            limits = [wallet.limits for wallet in world.accounts.wallets(player_id)]
            assert all(each and each.cool_off_until for each in limits)
            assert [r.what for r in _told(world, player_id)].count("cool_off") == 1
            tried += 1
            if broken.calls <= at:
                break
    assert tried > 20


def test_a_confirmation_that_lost_its_answer_was_made_once(model_world: World) -> None:
    world, tried = model_world, 0
    settings = replace(load_settings(world.environment), limit_wait_s=0)
    office = BackOffice(accounts_endpoint(world.client, settings).handle)
    send = _post("{player}/limits/confirmations", currency="EUR")
    for kind, fault in enumerate(faults(world)):
        for at in range(100):
            player_id, broken = f"p-{kind}-{at}", fault(at)
            office.post("/players", player_id=player_id, currencies=["EUR"])
            for stake in (5, None):
                path = f"/players/{player_id}/limits"
                assert office.put(path, currency="EUR", limits={"stake": stake}).status == 200
            first = send(BackOffice(accounts_endpoint(broken, settings).handle), player_id, "")
            settled = send(office, player_id, "")
            assert settled.status == 200 or settled.error == "nothing_to_confirm"
            assert settled.status == 200 or broken.made or first.status == 200
            wallet = world.accounts.wallet(player_id, "EUR")
            assert wallet is not None
            assert wallet.limits is not None
            assert wallet.limits.values == ()
            assert [r.what for r in _told(world, player_id)].count("confirm limits") == 1
            tried += 1
            if broken.calls <= at:
                break
    assert tried > 12


def _told(world: World, player_id: str) -> list[AuditRecord]:
    return DynamoDbAudit(world.client, world.tables).records(of_player(player_id))


def _in_a_day() -> str:
    return iso_utc(int(time.time()) + 86_400)
