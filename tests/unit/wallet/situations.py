"""What the wallet decides from, as rows of a table: a row names what differs from the usual.

Usual is an active session of a player with EUR 1000.00, and no round.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any, Final, NamedTuple

import pytest

from casino.integrations.model import WalletTerms
from casino.wallet.decision import Refusal, Snapshot
from casino.wallet.model import Entry, Round, Transaction, VoidMarker, Wallet
from testing.transactions import AT, PLAYER, SESSION, a_bet, commit_of

#: Part of a situation → the fields that differ, or what stands in its place (`None`: nothing).
type Parts = Mapping[str, Any]

WALLET: Final = Wallet(PLAYER, "EUR", 100_000, 0, seq=1, version=1, head_hash="", blocked=False)
_USUAL: Final = {"session": SESSION, "wallet": WALLET, "terms": WalletTerms()}
_OTHER: Final = {
    "round": Round("sandbox", PLAYER, "EUR", "r1", bets=1, version=7),
    "void": VoidMarker("sandbox", "bet-1", "ref-0", AT),
}


class Row(NamedTuple):
    """One rule: what is decided `when` the parts are so."""

    decision: Any
    when: str
    parts: Parts


class Situation(NamedTuple):
    """What a decision is made from."""

    snapshot: Snapshot
    request: Transaction
    terms: WalletTerms


def row(decision: Any, when: str, **parts: Any) -> Row:
    """Return a rule; a text instead of a decision is the code of a refusal."""
    return Row(Refusal(decision) if isinstance(decision, str) else decision, when, parts)


def situation(request: Transaction, parts: Parts) -> Situation:
    """Return the situation of `request` with `parts`; `bet` is the entry that a refund names."""
    models: dict[str, Any] = {
        **_USUAL,
        **_OTHER,
        "request": request,
        "bet": entry_of(a_bet(round_id="r1")),
    }
    found = {name: models[name] for name in ("request", *_USUAL)}
    for name, change in parts.items():
        found[name] = changed(models.get(name), change)
    request, terms = found.pop("request"), found.pop("terms")
    return Situation(Snapshot(**found), request, terms)


def changed(model: Any, change: Any) -> Any:
    """Return `model` with the fields of a mapping; anything else stands in its place."""
    return replace(model, **change) if isinstance(change, Mapping) else change


def entry_of(request: Transaction) -> Entry:
    """Return the ledger's entry of a request that was applied."""
    return commit_of(Snapshot(wallet=WALLET, session=SESSION), request).entry


def each(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """Run a test for every row."""
    cases = [pytest.param(row.parts, row.decision, id=row.when) for row in rows]
    return pytest.mark.parametrize(("parts", "decision"), cases)


def each_pair(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """Run a test for every two refusals that can hold at once; the one further up decides."""
    cases = [
        pytest.param(_both(first, second), first.decision, id=f"{first.when} and {second.when}")
        for first, second in combinations(rows, 2)
        if first.decision != second.decision and _possible(first.parts, second.parts)
    ]
    return pytest.mark.parametrize(("parts", "decision"), cases)


def _possible(one: Parts, other: Parts) -> bool:
    """Tell whether no field has to be two things: a session is not both closed and suspended."""
    return all(
        isinstance(one[name], Mapping)
        and isinstance(other[name], Mapping)
        and one[name].keys().isdisjoint(other[name])
        for name in one.keys() & other
    )


def _both(one: Row, other: Row) -> Parts:
    shared = one.parts.keys() & other.parts
    both = {name: {**one.parts[name], **other.parts[name]} for name in shared}
    return {**one.parts, **other.parts, **both}
