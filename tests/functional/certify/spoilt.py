"""Our own wallet behind a front that makes one mistake, for protocols without a broken wallet.

A mistake changes a request on its way in, which is signed anew, or an answer on its way out.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from casino.wallet.model import Session, session_key
from certify.catalogue import choose, load
from certify.dialects import Access, Dialect, Letter, decoded
from certify.dialects.flexsoft import Flexsoft
from certify.dialects.winupgo import Winupgo
from certify.model import Reply, Request, Seat
from certify.play import Rules
from certify.runner import Run, run
from testing.hooks import Handler, proxy_event
from testing.world import GAME, World
from tests.functional.flexsoft import partner as flexsoft
from tests.functional.winupgo import partner as winupgo

type Fields = dict[str, Any]
#: What becomes of a request's fields; `None`: it goes in as it came, signature and all.
type Change = Callable[[Fields, set[str]], Fields | None]
#: What becomes of an answer.
type Retell = Callable[[Request, Reply], Reply]

SCOPES: Final = " ".join(f"winupgo/{scope}" for scope in winupgo.SCOPES.split())
_NEW: Final = count(1)


def renamed(*names: str) -> Change:
    """Give a request whose first name was seen before new names."""

    def change(fields: Fields, seen: set[str]) -> Fields | None:
        if fields.get(names[0]) not in seen:
            return None
        return fields | {name: f"{fields.get(name, 'new')}-{next(_NEW)}" for name in names}

    return change


def as_action(old: str, new: str) -> Change:
    """Take an action for another, under an id of its own."""

    def change(fields: Fields, seen: set[str]) -> Fields | None:
        other = {"action": new, "provider_tx_id": f"{fields.get('provider_tx_id')}-{next(_NEW)}"}
        return fields | other if fields.get("action") == old else None

    return change


def answered(status: int, body: Fields, of: int = 0) -> Retell:
    """Answer so where the wallet refuses, with the status `of` if it is given."""

    def retell(request: Request, reply: Reply) -> Reply:
        spoilt = reply.status == of or (not of and reply.status >= 400)
        return Reply(status, {}, json.dumps(body).encode()) if spoilt else reply

    return retell


def without(name: str) -> Retell:
    """Leave a field out of every answer."""

    def retell(request: Request, reply: Reply) -> Reply:
        kept = {k: v for k, v in json.loads(reply.body).items() if k != name}
        return replace(reply, body=json.dumps(kept).encode())

    return retell


@dataclass
class Front:
    """A line to a function in this process, with a mistake on it."""

    handler: Handler
    base: str
    speaker: Dialect
    change: Change | None = None
    retell: Retell | None = None
    seen: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    """moto takes one request at a time."""

    def send(self, request: Request) -> Reply:
        """Hand a request over, and return the answer."""
        if request.cut == "body":
            return Reply(0, {}, b"")
        with self.lock:
            reply = self._hand_over(self._changed(request))
        if self.retell is not None:
            reply = self.retell(request, reply)
        return Reply(0, {}, b"") if request.cut else reply

    def _changed(self, request: Request) -> Request:
        fields = decoded(request.body)
        if self.change is None or not isinstance(fields, dict):
            return request
        fields = json.loads(request.body)
        changed = self.change(dict(fields), self.seen)
        self.seen |= {value for value in fields.values() if isinstance(value, str)}
        if changed is None:
            return request
        key = str(changed.pop("key", dict(request.headers).get("X-Idempotency-Key", "")))
        return self.speaker.seal(Letter("", request.path, changed, key=key), {}, "anew")

    def _hand_over(self, request: Request) -> Reply:
        headers = {
            name: value.decode("latin-1") if isinstance(value, bytes) else value
            for name, value in request.headers
        }
        event = proxy_event(request.body, headers, self.base + request.path)
        scope = headers.get("Authorization", "").removeprefix("Bearer ")
        claims = {"client_id": "client-1", "scope": scope}
        event["requestContext"]["authorizer"] = {"claims": claims}
        response = self.handler(event, None)
        lower = {name.lower(): str(value) for name, value in response["headers"].items()}
        return Reply(response["statusCode"], lower, response["body"].encode())


class Studio(Winupgo):
    """WinUpGo without a server of tokens: a token is its scopes."""

    def _ask(self, scope: str) -> str:
        return scope


@dataclass(frozen=True)
class Trial:
    """A protocol's wallet in this process, with two players."""

    protocol: str
    handler: Handler
    base: str
    speaker: Dialect
    seats: tuple[Seat, ...]

    def run(self, only: str, change: Change | None = None, retell: Retell | None = None) -> Run:
        """Play the scenarios with these ids at the wallet behind a front that makes a mistake."""
        front = Front(self.handler, self.base, self.speaker, change, retell)
        scenarios = choose(load(self.protocol), only.split())
        rules = Rules(tries=1, pause_s=0, requests=4)
        return run(scenarios, self.speaker, front, self.seats, rules)


def flexsoft_trial(world: World) -> Trial:
    """Return Flexsoft at its function."""
    partner = flexsoft.connect(world)
    access = Access("", flexsoft.PUBLIC_KEY, flexsoft.SECRET_KEY)
    seats = tuple(seat(world, n, flexsoft.INTEGRATION, tokens=True) for n in (1, 2))
    return Trial("flexsoft", partner.handler, "/flexsoft/v1", Flexsoft(access), seats)


def winupgo_trial(world: World) -> Trial:
    """Return a studio at its function."""
    partner = winupgo.connect(world)
    extra = {**winupgo.ACCESS, "path_base": winupgo.BASE, "scope": SCOPES}
    studio = Studio(Access("", winupgo.KEY_ID, winupgo.SECRET_KEY, extra))
    seats = tuple(seat(world, n, winupgo.INTEGRATION, tokens=False) for n in (1, 2))
    return Trial("winupgo", partner.handler, winupgo.BASE, studio, seats)


def seat(world: World, number: int, integration: str, *, tokens: bool) -> Seat:
    """Give a new player a wallet with EUR 1000.00, and a session of the integration."""
    player, token = f"certify-{number}", f"token-{number}"
    world.player(player)
    session_id = session_key(integration, token) if tokens else token
    opened, ends = "2026-01-01T00:00:00Z", int(time.time()) + 3600
    who = (session_id, player, "EUR", integration, GAME)
    assert world.sessions.add(Session(*who, "active", opened, ends))
    return Seat(player, "EUR", token)
