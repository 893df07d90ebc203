"""The way of a WinUpGo request: as every hook's, with its own door, and two resources more."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from casino.audit.model import AuditRecord, Who, of_session
from casino.base.errors import RequestRefusedError
from casino.base.times import epoch, iso_utc
from casino.dialects.winupgo.access import check_access, resource_of, transaction_id
from casino.dialects.winupgo.requests import SessionOrder, parse_event, parse_session
from casino.integrations.model import Integration, stopped
from casino.observability.hooks import RequestRecord
from casino.wallet.decision import exclusion_of
from casino.wallet.dialect import Call
from casino.wallet.endpoint import HookEndpoint
from casino.wallet.hold import session_naming
from casino.wallet.model import Session, Transaction
from casino.wallet.ports import Accounts, Ledger
from casino.wallet.service import Result


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening a session takes: the stores, and how long a session lasts, in seconds."""

    ledger: Ledger
    accounts: Accounts
    add: Callable[[Session, AuditRecord], bool]
    ttl_s: int


@dataclass(frozen=True, slots=True)
class WinupgoEndpoint(HookEndpoint):
    """Answers the REST proxy events of WinUpGo."""

    opening: Opening | None = None

    def _respond(self, call: Call, integration: Integration, record: RequestRecord) -> Result:
        """Return the answer to a verified call."""
        resource = resource_of(call)
        record.action = resource.rpartition("/")[2]
        check_access(call, integration)
        if resource == "/sessions":
            return self._open_session(call, integration, record)
        if resource == "/events":
            notice = parse_event(call, integration.name)
            record.transaction_id = notice.transaction_id
            result = self.wallet.transact(notice, integration.wallet)
            if result.code == "transaction_mismatch":
                return self.wallet.refused("duplicate_event", call.trace_id)
            return result
        request = self.dialect.read(call, integration.name)
        assert isinstance(request, Transaction)  # noqa: S101 - the dialect reads no other
        record.transaction_id, record.session_id = request.transaction_id, request.session_id or ""
        return self.wallet.transact(request, integration.wallet)

    def _open_session(self, call: Call, integration: Integration, record: RequestRecord) -> Result:
        """Write down what is answered, then open the session: a copy opens it if nobody did."""
        opening = self.opening
        if opening is None or not integration.access.opens_sessions:
            raise RequestRefusedError("sessions_closed")
        key = transaction_id(call)
        suffix = hashlib.sha256(f"{integration.name}#{key}".encode()).hexdigest()[:32]
        now = self.clock.now()
        expires_at = iso_utc(int(now) + opening.ttl_s)
        name = partial(_name, suffix=suffix)
        order = parse_session(call, integration.name, name, expires_at)
        record.transaction_id, record.player_id = key, order.player_id
        if opening.ledger.load(order).entry is None:
            _check(opening, order, integration, now)
        result = self.wallet.transact(order, integration.wallet)
        if result.code == "ok":
            _add(opening, order, result, now)
            record.session_id = order.session_id or ""
        return result


def _name(player_id: str, suffix: str) -> str:
    """Return the id of a player's session; one that would be too long names nobody."""
    name = session_naming(player_id, suffix)
    return name if len(name) <= 256 else suffix


def _check(opening: Opening, order: SessionOrder, integration: Integration, now: float) -> None:
    """Raise `RequestRefusedError` unless the player may play now; nothing of it is recorded."""
    if stopped(integration.provider.launches_off, now):
        raise RequestRefusedError("sessions_disabled")
    if not integration.wallet.supports(order.currency):
        raise RequestRefusedError("unsupported_currency")
    player, wallet, *_ = opening.accounts.balance(order.player_id, order.currency, None)
    if player is None or wallet is None:
        raise RequestRefusedError("player_not_found")
    if player.blocked or wallet.blocked:
        raise RequestRefusedError("player_blocked")
    if (code := exclusion_of(player, now)) is not None:
        raise RequestRefusedError(code)


def _add(opening: Opening, order: SessionOrder, result: Result, now: float) -> None:
    """Open the session that was answered, unless it is open."""
    told = json.loads(result.body)
    session = Session(
        session_id=told["session_id"],
        player_id=order.player_id,
        currency=order.currency,
        integration=order.integration,
        game_id=order.game_id or "",
        status="active",
        opened_at=iso_utc(now),
        expires_at=int(epoch(told["expires_at"])),
    )
    who = Who(f"integration:{order.integration}")
    opening.add(session, who.record(of_session(session.session_id), "open session", now))
