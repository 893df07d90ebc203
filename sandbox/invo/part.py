"""Invo's part of the local stack: connects it, tells of purchases, and sees what came of them."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from casino.base.money import to_major
from casino.integrations.partner import agree
from ops.context import Operations
from sandbox.invo.caller import Caller
from sandbox.part import Counterpart, Played, Stage, Step, UnexpectedAnswerError, checked
from sandbox.processes import TIMEOUT_S, poll

INTEGRATION: Final = "invo"
ACCOUNT: Final = "invo-account"
_PLAYER: Final = ("p_demo_1", "EUR")
_EMAIL: Final = "p_demo_1@example.org"
_IDENTITY: Final = "id_p_demo_1"
#: How long a stored delivery may wait for the worker, in seconds: its first run also starts it.
_WORK_S: Final = 90.0


class InvoProcess(Counterpart):
    """A running simulated Invo."""

    name = "invo"


@dataclass(frozen=True)
class Telling:
    """One delivery: what is told, how, and the state that it ends in."""

    title: str
    event: dict[str, Any]
    state: str = "done"
    zipped: bool = False
    secrets: tuple[str, ...] = ()
    status: int = 200
    error: str = ""


@dataclass(frozen=True)
class InvoPart:
    """Invo beside a deployed stack."""

    operations: Operations
    caller: Caller
    process: InvoProcess
    title = "Invo: deliveries over HTTP; the balance once the worker has acted on each"

    def described(self) -> dict[str, Any]:
        """Return what tools need to send deliveries as Invo does."""
        return asdict(self.caller)

    def game(self) -> str:
        """Return no URL: Invo has no game."""
        return ""

    def play(self) -> Iterator[Played]:
        """Send every delivery, then ask what the casino's site asks.

        Raises `UnexpectedAnswerError` at a wrong answer or end.
        """
        run = uuid4().hex[:12]
        for told in tellings(self.caller, run):
            yield self.tell(told)
        player = {"integration": ACCOUNT, "player_email": self.caller.player_email}
        yield self._asked(
            "the site: a token for the player", "/player-tokens", player, "expires_in", 0
        )
        item = player | {
            "player_id": self.caller.player_id,
            "player_name": "Ann",
            "item_id": "sword",
        }
        item |= {"item_name": "Sword", "unit_price": "1.50", "client_request_id": run}
        httpx.post(f"{self.process.base_url}/admin/faults", json={"answers_lost": 1})
        for title in ("the site: an item, the reply is lost", "the same item again: bought once"):
            yield self._asked(title, "/item-purchases", item, "recovered", True)

    def _asked(
        self, title: str, route: str, body: dict[str, Any], field: str, least: float
    ) -> Played:
        """Ask as the casino's site does, and see that a field is there and not less."""
        assert self.operations.api is not None  # noqa: S101 - the local stack says where it is
        started = time.perf_counter()
        answer = self.operations.api.ask("POST", route, body)
        if not answer[field] >= least:
            raise UnexpectedAnswerError(f"{title}: {answer}")
        time_ms = (time.perf_counter() - started) * 1000
        return Played(Step(title, {}), 200, "", str(answer.get("order_id", "")), time_ms)

    def tell(self, told: Telling) -> Played:
        """Send a delivery, and wait for the state that it must end in."""
        secrets = told.secrets or (self.caller.signing_secret,)
        headers, body = self.caller.packed(
            told.event, time.time(), secrets=secrets, zipped=told.zipped
        )
        answer = httpx.post(self.caller.url, content=body, headers=headers, timeout=TIMEOUT_S)
        key = told.event["idempotency_key"]
        if told.status == 200 and not poll(lambda: self._state(key) == told.state, _WORK_S):
            found = self.operations.deliveries.get(INTEGRATION, key)
            raise UnexpectedAnswerError(
                f"{told.title}: {found.state} after {found.attempts} tries, {found.reason}"
            )
        step = Step(told.title, told.event, told.status, told.error)
        wallet = self.operations.accounts.wallet(self.caller.player_id, self.caller.currency)
        balance = "" if wallet is None else to_major(wallet.balance_minor, wallet.currency)
        return checked(step, answer, str(answer.json().get("error", "")), balance)

    def _state(self, key: str) -> str:
        found = self.operations.deliveries.inbox.get(INTEGRATION, key)
        return "" if found is None else found.state


def tellings(caller: Caller, run: str) -> list[Telling]:
    """Return the deliveries in their order; ids end with `run`, so that each run tells new ones."""

    def purchase(name: str, amount: str, **changes: Any) -> dict[str, Any]:
        data = caller.purchase(f"{name}-{run}", amount, **changes)
        return caller.event("purchase.completed", data, f"{name}-{run}")

    def back(kind: str, name: str, amount: str) -> dict[str, Any]:
        data = {"order_id": f"{name}-{run}", "currency_debited": amount}
        return caller.event(f"purchase.{kind}", data, f"{kind}-{name}-{run}")

    first, other = purchase("o1", "25.00"), "whsec_test_another_secret_of_tests"
    again = first | {"idempotency_key": f"o1-{run}-again", "event_id": f"evt_{run}"}
    renewal = {"source": "subscription_renewal"}
    return [
        Telling("a purchase of 25.00", first),
        Telling("the same delivery again", first),
        Telling("its order under another key", again, "ignored"),
        Telling("packed, signed with two secrets", purchase("o2", "10.00"), zipped=True,
                secrets=(other, caller.signing_secret)),
        Telling("signed with another secret", purchase("o3", "9.00"), secrets=(other,), status=401,
                error="invalid_signature"),
        Telling("a refund of 5.00 of the first", back("refunded", "o1", "5.00")),
        Telling("a dispute before its purchase", back("disputed", "o4", "7.00")),
        Telling("… the purchase of 7.00, late", purchase("o4", "7.00")),
        Telling("0.005, which EUR cannot hold", purchase("o5", "0.005"), "unmatched"),
        Telling("a subscription's renewal", purchase("o6", "8.00", metadata=renewal), "ignored"),
        Telling("a type that nobody knows", caller.event("planet.discovered", {}, f"o7-{run}")),
    ]  # fmt: skip


def open_part(stage: Stage) -> InvoPart:
    """Connect Invo with a player whom it names, and start it anew."""
    operations, who = stage.operations, stage.operations.who("the sandbox")
    _, received = stage.connect(INTEGRATION, "invo")
    _, called = stage.connect(ACCOUNT, "invo-account")
    caller = Caller(
        f"{stage.base_url}/invo/v1/webhooks/{INTEGRATION}",
        received.api_key,
        received.secret_key,
        called.secret_key,
        _PLAYER[0],
        _EMAIL,
        _IDENTITY,
        _PLAYER[1],
    )
    process = stage.start(InvoProcess, 3, caller)
    registry, clock = operations.registry, operations.clock
    agree(registry, clock, ACCOUNT, {"url": process.base_url}, local=True, who=who)
    own = {"game_id": caller.game_id}
    agree(registry, clock, INTEGRATION, own, ACCOUNT, local=True, who=who)
    operations.identities.set(_PLAYER[0], INTEGRATION, who=who, email=_EMAIL, identity_id=_IDENTITY)
    return InvoPart(operations, caller, process)
