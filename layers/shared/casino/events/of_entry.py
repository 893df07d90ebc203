"""The events that an item of the ledger makes: pure.

Every applied entry makes one event of the wallet, also when it moves 0, so that a wallet's
`wallet.*.completed` have the numbers 1, 2, 3, … without a gap. What a bet did comes on top of it as
`bet.*`: those two tell of the same money. Tombstones, void markers, holds and endings make none:
the entry that was written with them tells of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from casino.base.exact_json import MalformedJsonError, parse
from casino.base.money import EXPONENTS
from casino.bonus.model import BONUS
from casino.events.model import Event, Place, current, event_id, money
from casino.events.of_bonus import of_bonus
from casino.events.tellable import tellable
from casino.wallet.extra import LIMIT_NOTE, REALITY_CHECK_NOTE, note_in
from casino.wallet.hold import HELD
from casino.wallet.model import Entry, platform_transaction_id
from casino.wallet.ports import LedgerItem
from casino.wallet.purchase import owed_minor
from casino.wallet.release import Release

#: The kinds that take from the player's balance; every other one gives.
_DEBITS: Final = frozenset({"bet", "hold", "withdrawal", "reversal", "bonus_forfeiture"})
_BET_EVENTS: Final = {
    "bet": "bet.authorized",
    "hold": "bet.authorized",
    "win": "bet.settled",
    "settle": "bet.settled",
    "refund": "bet.rolled_back",
    "rollback": "bet.rolled_back",
}
#: What `bet_transaction_id` names, where it is no bet.
_REFERRED: Final = {"reversal": "purchase_id", "withdrawal": "reservation_id"}
#: The rule under which a counterpart's own event stands in the ledger.
_RECEIVED: Final = "event_received"


def of_entry(item: LedgerItem, place: Place) -> tuple[Event, ...]:
    """Return the events of an item of the ledger; most items make one or two, some none.

    Raises `ValueError` or `LookupError` for an entry that no wallet could have written.
    """
    match item:
        case Entry(record="applied"):
            return tuple(_applied(item, place))
        case Entry(record="refused"):
            return tuple(_refused(item, place))
        case Entry(record="noted", rule=rule):
            return (_received(item, place),) if rule == _RECEIVED else ()
        case Release():
            return (_released(item, place),)
        case _:
            return ()


def _applied(entry: Entry, place: Place) -> Iterator[Event]:
    yield _event(_wallet_type(entry, "completed"), entry, place, _moved(entry))
    bet_event = _BET_EVENTS.get(entry.kind)
    # A refund that moves nothing took no bet back: it was taken back before, or never came.
    if bet_event is not None and (entry.postings or bet_event != "bet.rolled_back"):
        yield _event(bet_event, entry, place, _of_bet(entry))
    if (shown := note_in(entry.extra, REALITY_CHECK_NOTE)) is not None:
        yield _event("rg.reality_check", entry, place, _checked(entry, shown))
    for event_type, facts in of_bonus(entry):
        yield _event(event_type, entry, place, _names(entry) | facts)


def _wallet_type(entry: Entry, end: str) -> str:
    moved = entry.balance_after_minor - entry.balance_before_minor
    takes = moved < 0 or (not moved and entry.kind in _DEBITS)
    return f"wallet.{'debit' if takes else 'credit'}.{end}"


def _event(event_type: str, entry: Entry, place: Place, payload: dict[str, Any]) -> Event:
    proven = entry.attributed or entry.record == "applied"
    return Event(
        event_type=event_type,
        schema_version=current(event_type),
        event_id=event_id(event_type, entry.integration, entry.transaction_id, entry.hash),
        occurred_at=entry.at,
        tenant_id=place.tenant_id,
        region=place.region,
        player_id=entry.player_id if proven and entry.record != "noted" else None,
        trace_id=entry.trace_id or None,
        idempotency_key=entry.transaction_id,
        sequence=entry.seq if proven and entry.record != "noted" else None,
        payload=payload,
    )


def _names(entry: Entry) -> dict[str, Any]:
    """Return what names the transaction and what it belongs to, as far as it is known."""
    named = {_REFERRED.get(entry.kind, "bet_id"): entry.bet_transaction_id}
    if entry.kind == "bet":
        named = {"bet_id": entry.transaction_id}
    optional = {
        "game_id": entry.game_id,
        "session_id": entry.session_id,
        "round_id": entry.round_id,
        **named,
    }
    return {
        "integration": entry.integration,
        "transaction_id": entry.transaction_id,
        "reference": platform_transaction_id(entry.integration, entry.transaction_id),
        "kind": entry.kind,
        "type": entry.type,
        "rule": entry.rule,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _moved(entry: Entry) -> dict[str, Any]:
    before, after, currency = (
        entry.balance_before_minor,
        entry.balance_after_minor,
        entry.currency,
    )
    payload = _names(entry) | {
        "amount": money(abs(after - before), currency),
        "balance_before": money(before, currency),
        "balance_after": money(after, currency),
        "reserved_after": money(entry.reserved_minor + entry.held_win_minor, currency),
        "postings_minor": {account: str(minor) for account, minor in entry.postings},
        "hash": entry.hash,
        "previous_hash": entry.previous_hash,
    }
    if entry.held_win_minor:
        payload["held_back"] = money(entry.held_win_minor, currency)
    if owed_minor(entry):
        payload["owed"] = money(owed_minor(entry), currency)
    return payload


def _of_bet(entry: Entry) -> dict[str, Any]:
    payload, currency = _names(entry), entry.currency
    postings = dict(entry.postings)
    returned = entry.balance_after_minor - entry.balance_before_minor
    match _BET_EVENTS[entry.kind]:
        case "bet.authorized":
            payload |= {"bet": money(entry.amount_minor, currency), "funded_by": _payer(postings)}
        case "bet.settled":
            if HELD in postings:
                payload["bet"] = money(-postings[HELD], currency)
            payload |= {
                "win": money(entry.amount_minor, currency),
                "in_bonus": bool(postings.get(BONUS)),
            }
            payload["round_finished"] = entry.finished
        case _:
            stake = sum(minor for minor in postings.values() if minor > 0)
            payload |= {"bet": money(stake, currency), "returned": money(returned, currency)}
    return payload


def _payer(postings: Mapping[str, int]) -> str:
    """Return who pays a stake."""
    if "promotion" in postings:
        return "promotion"
    if not postings.get(BONUS):
        return "player"
    return "player and bonus" if postings.get("player") else "bonus"


def _checked(entry: Entry, shown: dict[str, int]) -> dict[str, Any]:
    return _names(entry) | {
        "active_seconds": shown["active_s"],
        "staked": money(shown["staked_minor"], entry.currency),
        "returned": money(shown["returned_minor"], entry.currency),
    }


def _refused(entry: Entry, place: Place) -> Iterator[Event]:
    """Return what was refused; what nothing proves says neither balance nor whose it is."""
    payload = _names(entry)
    if entry.currency in EXPONENTS:
        payload["amount"] = money(entry.amount_minor, entry.currency)
        if entry.attributed:
            payload["balance"] = money(entry.balance_after_minor, entry.currency)
    if not entry.attributed and entry.player_id:
        payload["claimed_player_id"] = entry.player_id
    yield _event(_wallet_type(entry, "refused"), entry, place, payload)
    if (met := note_in(entry.extra, LIMIT_NOTE)) is not None:
        yield _event("rg.limit.hit", entry, place, payload | {"limit": str(met)})


def _released(release: Release, place: Place) -> Event:
    source = (release.integration, release.transaction_id, release.at)
    payload = {
        "integration": release.integration,
        "transaction_id": release.transaction_id,
        "reference": platform_transaction_id(release.integration, release.transaction_id),
        "amount": money(release.amount_minor, release.currency),
    }
    return Event(
        event_type="wallet.win.released",
        schema_version=current("wallet.win.released"),
        event_id=event_id("wallet.win.released", *source),
        occurred_at=release.at,
        tenant_id=place.tenant_id,
        region=place.region,
        player_id=release.player_id,
        trace_id=None,
        idempotency_key=release.transaction_id,
        sequence=None,
        payload=payload,
    )


def _received(entry: Entry, place: Place) -> Event:
    """Return what a counterpart says happened, under a type that is not the platform's own word."""
    try:
        said = parse((entry.extra or "{}").encode())
    except MalformedJsonError:
        said = {}
    payload = {
        "integration": entry.integration,
        "kind": entry.type,
        "content": tellable(said if isinstance(said, dict) else {}),
    }
    return _event("partner.told", entry, place, payload)
