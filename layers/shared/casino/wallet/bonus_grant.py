"""Grants of bonus money and their ends: the platform's own entries, each made once.

A grant is paid from the house's account. It ends once: by its conversion, when it is wagered, or by
its forfeiture. All ids follow from the grant's, so whoever asks again gets the first answer.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Final, Literal

from casino.bonus.decide import ended, granted
from casino.bonus.model import BONUS, HOUSE, Bonus, BonusPart, BonusTerms, Grant
from casino.wallet.decision import Decision, Posting, Refusal, Replay, Snapshot
from casino.wallet.dialect import Words
from casino.wallet.extra import note_in, with_note
from casino.wallet.model import PLATFORM, WIN_HELD, Entry, Transaction
from casino.wallet.ports import Commit
from casino.wallet.record import commit_for
from casino.wallet.terms import Terms

type EndKind = Literal["bonus_conversion", "bonus_forfeiture"]

BONUS_KINDS: Final = frozenset({"bonus_grant", "bonus_conversion", "bonus_forfeiture"})
#: What the ids of these entries begin with; no deposit's or withdrawal's may.
GRANT_ID: Final = "bonus/grant/"
END_ID: Final = "bonus/end/"
#: The name of the note that a grant's entry keeps its terms under.
TERMS_NOTE: Final = "bonus"


@dataclass(frozen=True, slots=True)
class BonusRequest(Transaction):
    """A grant or the end of one; the amount of an end is what the grant holds when it ends."""

    def fingerprint(self) -> str:
        """Return what makes two requests the same one: SHA-256 in hex."""
        terms = note_in(self.extra, TERMS_NOTE)
        said = [self.kind, self.type, self.player_id, self.currency, self.transaction_id]
        said += [f"{name}={terms[name]}" for name in sorted(terms)] if terms is not None else []
        return hashlib.sha256("".join(f"{len(each)}:{each}" for each in said).encode()).hexdigest()


def end_id(grant_id: str) -> str:
    """Return the id of the entry that ends a grant."""
    return f"{END_ID}{grant_id}"


def grant_id_of(transaction_id: str) -> str:
    """Return the grant that an entry's id names."""
    return transaction_id.split("/", 2)[-1]


def grant_request(
    player_id: str, currency: str, terms: BonusTerms, extra: str, trace_id: str
) -> BonusRequest:
    """Return the request of a grant; `extra` says who asks, and why."""
    return _request(
        "bonus_grant",
        "grant",
        f"{GRANT_ID}{terms.grant_id}",
        (player_id, currency),
        terms.amount_minor,
        with_note(extra, TERMS_NOTE, terms.noted()),
        trace_id,
    )


def end_request(
    kind: EndKind,
    reason: str,
    owner: tuple[str, str],
    grant_id: str,
    extra: str,
    trace_id: str,
) -> BonusRequest:
    """Return the request of a grant's end; `reason` is `wagered`, `expired` or `revoked`."""
    return _request(kind, reason, end_id(grant_id), owner, 0, extra, trace_id)


def _request(
    kind: Literal["bonus_grant"] | EndKind,
    reason: str,
    transaction_id: str,
    owner: tuple[str, str],
    amount_minor: int,
    extra: str,
    trace_id: str,
) -> BonusRequest:
    return BonusRequest(
        integration=PLATFORM,
        transaction_id=transaction_id,
        kind=kind,
        type=reason,
        player_id=owner[0],
        currency=owner[1],
        amount_minor=amount_minor,
        extra=extra,
        trace_id=trace_id,
    )


def request_of(entry: Entry) -> BonusRequest:
    """Return the request that an entry records, as far as its fingerprint goes."""
    owner = (entry.player_id, entry.currency)
    extra, kind = entry.extra or "", entry.kind
    assert kind in ("bonus_grant", "bonus_conversion", "bonus_forfeiture")  # noqa: S101 - callers
    return _request(kind, entry.type, entry.transaction_id, owner, entry.amount_minor, extra, "")


def decide_bonus(snapshot: Snapshot, request: Transaction, terms: Terms, now: int) -> Decision:
    """Decide a grant or its end. A refusal is not recorded: the id stays free for another try."""
    if isinstance(snapshot.entry, Entry):
        same = snapshot.entry.fingerprint == request.fingerprint()
        return Replay(snapshot.entry) if same else _unrecorded("transaction_mismatch")
    if snapshot.wallet is None:
        raise LookupError("a bonus needs a wallet")
    bonus = snapshot.wallet.bonus or Bonus()
    if request.kind == "bonus_grant":
        return _grant(bonus, request, now)
    grant = bonus.grant
    if grant is None or grant.terms.grant_id != grant_id_of(request.transaction_id):
        return _unrecorded("bonus_not_found")
    if request.kind == "bonus_conversion":
        return _convert(bonus, grant)
    if request.type == "expired" and (grant.is_met or now < grant.terms.expires_at):
        return _unrecorded("bonus_stands")
    return _over(bonus, grant, "bonus_forfeited", HOUSE, converted=False)


def _unrecorded(code: str) -> Refusal:
    return Refusal(code, recorded=False)


def _grant(bonus: Bonus, request: Transaction, now: int) -> Refusal | Posting:
    if bonus.grant is not None:
        return _unrecorded("bonus_active")
    terms = BonusTerms.read(note_in(request.extra, TERMS_NOTE))
    if terms.expires_at <= now:
        return _unrecorded("bonus_over")
    amount, after = request.amount_minor, granted(bonus, terms)
    part = BonusPart(terms.grant_id, after.count, amount, 0, 0, terms.required_minor)
    return Posting("bonus_granted", _move(amount, HOUSE, BONUS), bonus=after, bonus_part=part)


def _convert(bonus: Bonus, grant: Grant) -> Refusal | Posting:
    if not grant.is_met:
        return _unrecorded("bonus_not_met")
    rule = WIN_HELD if grant.review and grant.balance_minor else "bonus_converted"
    return _over(bonus, grant, rule, "player", converted=True)


def _over(bonus: Bonus, grant: Grant, rule: str, to: str, *, converted: bool) -> Posting:
    after = ended(bonus, converted=converted)
    progress = (grant.wagered_minor, grant.required_minor)
    part = BonusPart(grant.terms.grant_id, grant.number, 0, 0, *progress)
    return Posting(rule, _move(grant.balance_minor, BONUS, to), bonus=after, bonus_part=part)


def _move(amount_minor: int, source: str, to: str) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((source, -amount_minor), (to, amount_minor))))


def bonus_commit_for(
    snapshot: Snapshot, request: Transaction, decision: Refusal | Posting, at: str, dialect: Words
) -> Commit:
    """Return what to write; the entry's amount is what moved."""
    if isinstance(decision, Posting):
        amount_minor = abs(dict(decision.postings)[BONUS])
        request = replace(request, amount_minor=amount_minor)
    return commit_for(snapshot, request, decision, at, dialect)
