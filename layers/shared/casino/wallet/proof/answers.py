"""Renders the answer of each entry anew, and compares it with what is stored and was sent.

What the entry does not say is looked up: the refund or rollback that came first. Not derived are
the answer to an order for a session, and that of a refusal which names another transaction when
that one is missing. Texts for people (`message`) may be worded otherwise by the version that wrote
them; the hash alone proves those.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from casino.wallet.bonus_grant import BONUS_KINDS
from casino.wallet.bonus_grant import request_of as bonus_request_of
from casino.wallet.dialect import Outcome, Words
from casino.wallet.extra import LIMIT_NOTE, note_in
from casino.wallet.hold import HOLD_KINDS, request_of
from casino.wallet.model import Entry, Transaction, platform_transaction_id
from casino.wallet.proof.faults import Fault, fault_of

#: Returns the words of an integration's dialect; `None` where they are not known.
type WordsOf = Callable[[str], Words | None]
#: Returns the transaction that came before a refused one, under the same bet.
type First = Callable[[Entry], str | None]

_NAMES_FIRST: Final = frozenset({"bet_already_refunded", "rollback_repeated"})


def check_answers(entries: Iterable[Entry], words_of: WordsOf, first: First) -> Iterator[Fault]:
    """Check status and body of each entry."""
    for entry in entries:
        words = words_of(entry.integration)
        if words is None or (entry.kind == "notice" and entry.type == "session"):
            continue
        earlier = first(entry) if entry.rule in _NAMES_FIRST else None
        if earlier is None and entry.rule in _NAMES_FIRST:
            continue
        try:
            told = words.answer(outcome_of(entry, earlier))
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
            yield fault_of(entry, "answer", f"nothing answers it: {type(error).__name__}: {error}")
            continue
        if entry.status != told.status:
            yield fault_of(entry, "answer", f"status {entry.status}, it follows {told.status}")
        elif entry.body != told.body and _facts(entry.body) != _facts(told.body):
            yield fault_of(entry, "answer", f"{entry.body} is stored, it follows {told.body}")


def outcome_of(entry: Entry, first: str | None = None) -> Outcome:
    """Return what the dialect was asked to answer; `first` is the transaction that it names."""
    request, own = transaction_of(entry), (entry.integration, entry.transaction_id)
    if entry.record != "refused":
        reference = platform_transaction_id(*own)
        if entry.record == "noted":
            return Outcome("ok", entry.trace_id, reference=reference, request=request)
        shown, shown_before = _bonus_shown(entry)
        spendable = entry.balance_after_minor - entry.reserved_minor - entry.held_win_minor + shown
        before = entry.spendable_before_minor + shown_before
        told = Outcome("ok", entry.trace_id, entry.currency, spendable, reference, request=request)
        return replace(told, before_minor=before)
    named = entry.transaction_id if entry.rule == "rollback_unknown_bet" else first
    detail = note_in(entry.extra, LIMIT_NOTE)
    return Outcome(
        entry.rule,
        entry.trace_id,
        entry.currency,
        entry.spendable_before_minor + _bonus_shown(entry)[1]
        if entry.rule == "insufficient_funds"
        else None,
        platform_transaction_id(entry.integration, named) if named else None,
        detail if isinstance(detail, str) else "",
        request=request,
    )


def _bonus_shown(entry: Entry) -> tuple[int, int]:
    """Return how much bonus money the answer counts, and how much there was before."""
    if entry.bonus is None:
        return 0, 0
    return entry.bonus.shown_minor, entry.bonus.shown_before_minor


def transaction_of(entry: Entry) -> Transaction:
    """Return the request that an entry records, without its session and trace."""
    if entry.kind in HOLD_KINDS:
        return request_of(entry)
    if entry.kind in BONUS_KINDS:
        return bonus_request_of(entry)
    return Transaction(
        integration=entry.integration,
        transaction_id=entry.transaction_id,
        kind=entry.kind,
        type=entry.type,
        player_id=entry.player_id,
        currency=entry.currency,
        amount_minor=entry.amount_minor,
        game_id=entry.game_id,
        round_id=entry.round_id,
        bet_transaction_id=entry.bet_transaction_id,
        finished=entry.finished,
        extra=entry.extra,
    )


def _facts(body: str) -> Any:
    """Return what a body says but its words for people; a text that is no JSON is itself."""
    try:
        said = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return body
    return {**said, "message": None} if isinstance(said, dict) else said
