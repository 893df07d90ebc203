"""The requests of the toy: a form such as `do=stake&who=p1&money=EUR&cents=250&ref=a1&visit=s1`."""

from typing import Final
from urllib.parse import parse_qsl

from casino.base.errors import RequestRefusedError
from casino.base.money import EXPONENTS
from casino.wallet.dialect import Call, Request
from casino.wallet.model import Kind, Transaction
from casino.wallet.queries import BalanceQuery

_KINDS: Final[dict[str, tuple[Kind, str]]] = {
    "stake": ("bet", "bet"),
    "prize": ("win", "win"),
    "undo": ("refund", "bet"),
}


def read(call: Call, integration: str) -> Request:
    """Return the request in a verified call; raises `RequestRefusedError`."""
    try:
        pairs = parse_qsl(call.body.decode("ascii"), strict_parsing=True)
    except ValueError:
        raise RequestRefusedError("invalid_request", "not a form") from None
    form = dict(pairs)
    if len(form) < len(pairs) or not {"do", "who", "money"} <= form.keys():
        raise RequestRefusedError("invalid_request")
    if form["money"] not in EXPONENTS:
        raise RequestRefusedError("unsupported_currency")
    if form["do"] == "look":
        return BalanceQuery(
            integration, form["who"], form["money"], form.get("visit"), call.trace_id
        )
    return _transaction(form, integration, call.trace_id)


def _transaction(form: dict[str, str], integration: str, trace_id: str) -> Transaction:
    if form["do"] not in _KINDS:
        raise RequestRefusedError("unsupported_action")
    kind, kind_of_stake = _KINDS[form["do"]]
    needed = {"ref", "cents", "visit"} | ({"of"} if kind == "refund" else set())
    if not needed <= form.keys() or not form["cents"].isdecimal():
        raise RequestRefusedError("invalid_request")
    return Transaction(
        integration=integration,
        transaction_id=form["ref"],
        kind=kind,
        type=kind_of_stake,
        player_id=form["who"],
        currency=form["money"],
        amount_minor=int(form["cents"]),
        session_id=form["visit"],
        round_id=form.get("spin"),
        bet_transaction_id=form.get("of"),
        trace_id=trace_id,
    )
