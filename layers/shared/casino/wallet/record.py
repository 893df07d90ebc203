"""Turns a decision into the items to write: the sealed entry and the markers beside it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from casino.base.times import epoch
from casino.wallet.chain import genesis_hash, seal
from casino.wallet.decision import Posting, Refusal, Snapshot
from casino.wallet.dialect import Outcome, Words
from casino.wallet.extra import LIMIT_NOTE, REALITY_CHECK_NOTE, with_note, with_round
from casino.wallet.model import (
    PLATFORM,
    WIN_HELD,
    Entry,
    Record,
    Tombstone,
    Transaction,
    VoidMarker,
    Wallet,
    platform_transaction_id,
)
from casino.wallet.ports import Commit

if TYPE_CHECKING:  # only a wallet with limits or a bonus loads them
    from casino.bonus.model import BonusPart
    from casino.limits.model import Play


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The part of an entry that the decision fixes."""

    record: Record
    rule: str
    round_id: str | None
    seq: int
    balance_after_minor: int
    postings: tuple[tuple[str, int], ...]
    status: int
    body: str
    bonus: "BonusPart | None" = None


def commit_for(
    snapshot: Snapshot,
    request: Transaction,
    decision: Refusal | Posting,
    at: str,
    dialect: Words,
    *,
    attributed: bool | None = None,
) -> Commit:
    """Return what to write for `decision`; `attributed` says what else proved the player.

    Raises `LookupError` for a posting to a wallet that does not exist: that would be a bug.
    """
    tombstone = _tombstone(request, at, dialect) if decision.leaves_tombstone else None
    if attributed is None:
        attributed = _attributed(snapshot, request)
    if request.kind == "notice" and isinstance(decision, Posting):
        noted = _noted(request, decision, dialect)
        entry = _entry(snapshot, request, noted, at, attributed)
        return Commit(entry, round_change=decision.round_change)
    if isinstance(decision, Refusal):
        verdict = _refused(snapshot, request, decision, at, dialect)
        if decision.detail:
            extra = with_note(request.extra, LIMIT_NOTE, decision.detail)
            request = replace(request, extra=extra)
        return Commit(_entry(snapshot, request, verdict, at, attributed), tombstone=tombstone)
    if snapshot.wallet is None:
        raise LookupError("a posting needs a wallet")
    verdict = _applied(snapshot, request, decision, at, dialect)
    play, request = _counted(snapshot.wallet, request, decision, at)
    void = None
    if decision.voids_bet and request.bet_transaction_id is not None:
        bet_id = request.bet_transaction_id
        void = VoidMarker(request.integration, bet_id, request.transaction_id, at)
    entry = _entry(snapshot, request, verdict, at, attributed)
    change, checked = decision.round_change, decision.checks_bet
    return Commit(entry, snapshot.wallet, change, void, tombstone, checked, play, decision.bonus)


def _counted(
    wallet: Wallet, request: Transaction, posting: Posting, at: str
) -> "tuple[Play | None, Transaction]":
    """Return what the wallet counts from now on, and the request with what a bet has to show."""
    if wallet.limits is None or wallet.play is None:
        return None, request
    from casino.wallet.limited import play_after

    play, shown = play_after(wallet.limits, wallet.play, request, posting, at)
    if shown is None:
        return play, request
    return play, replace(request, extra=with_note(request.extra, REALITY_CHECK_NOTE, shown))


def _applied(
    snapshot: Snapshot, request: Transaction, posting: Posting, at: str, dialect: Words
) -> _Verdict:
    wallet = snapshot.wallet
    assert wallet is not None  # noqa: S101 - checked by the caller
    after = wallet.balance_minor + posting.player_delta_minor
    own_id = platform_transaction_id(request.integration, request.transaction_id)
    held = posting.player_delta_minor if posting.rule == WIN_HELD else 0
    before, spendable = wallet.spendable_minor, after - wallet.reserved_minor - held
    part = _bonus_part(wallet, request, posting, at)
    if part is not None:
        before, spendable = before + part.shown_before_minor, spendable + part.shown_minor
    answer = dialect.answer(
        Outcome(
            "ok",
            request.trace_id,
            request.currency,
            spendable,
            own_id,
            request=request,
            before_minor=before,
        )
    )
    return _Verdict(
        record="applied",
        rule=posting.rule,
        round_id=posting.round_change.round_id if posting.round_change else request.round_id,
        seq=wallet.seq + 1,
        balance_after_minor=after,
        postings=posting.postings,
        status=answer.status,
        body=answer.body,
        bonus=part,
    )


def _bonus_part(
    wallet: Wallet | None, request: Transaction, decision: Posting | None, at: str
) -> "BonusPart | None":
    """Return what the entry says of the grant: a game shows what may be played with."""
    part = decision.bonus_part if decision is not None else None
    if wallet is None or wallet.bonus is None or request.integration == PLATFORM:
        return part
    from casino.wallet.bonus_play import part_shown

    after = decision.bonus if decision is not None else None
    return part_shown(wallet.bonus, after or wallet.bonus, part, int(epoch(at)))


def _noted(request: Transaction, notice: Posting, dialect: Words) -> _Verdict:
    own_id = platform_transaction_id(request.integration, request.transaction_id)
    outcome = Outcome("ok", request.trace_id, reference=own_id, request=request)
    status, body = dialect.answer(outcome)
    return _Verdict("noted", notice.rule, request.round_id, 0, 0, (), status, body)


def _refused(
    snapshot: Snapshot, request: Transaction, refusal: Refusal, at: str, dialect: Words
) -> _Verdict:
    answer = dialect.answer(
        Outcome(
            refusal.code,
            request.trace_id,
            request.currency,
            refusal.balance_minor,
            refusal.transaction_id,
            refusal.detail,
            request=request,
        )
    )
    return _Verdict(
        record="refused",
        rule=refusal.code,
        round_id=request.round_id,
        seq=snapshot.wallet.seq if snapshot.wallet else 0,
        balance_after_minor=snapshot.wallet.balance_minor if snapshot.wallet else 0,
        postings=(),
        status=answer.status,
        body=answer.body,
        bonus=_bonus_part(snapshot.wallet, request, None, at),
    )


def _entry(
    snapshot: Snapshot, request: Transaction, verdict: _Verdict, at: str, attributed: bool
) -> Entry:
    wallet = snapshot.wallet
    head = wallet.head_hash if wallet else genesis_hash(request.player_id, request.currency)
    return seal(
        Entry(
            integration=request.integration,
            transaction_id=request.transaction_id,
            kind=request.kind,
            record=verdict.record,
            rule=verdict.rule,
            type=request.type,
            player_id=request.player_id,
            currency=request.currency,
            amount_minor=request.amount_minor,
            game_id=request.game_id,
            session_id=snapshot.session.session_id if snapshot.session else request.session_id,
            round_id=verdict.round_id,
            bet_transaction_id=request.bet_transaction_id,
            finished=request.finished,
            attributed=attributed,
            seq=verdict.seq,
            balance_before_minor=wallet.balance_minor if wallet else 0,
            balance_after_minor=verdict.balance_after_minor,
            reserved_minor=wallet.reserved_minor if wallet else 0,
            postings=verdict.postings,
            status=verdict.status,
            body=verdict.body,
            fingerprint=request.fingerprint(),
            at=at,
            trace_id=request.trace_id,
            extra=_extra(request, verdict),
            previous_hash=head,
            bonus=verdict.bonus,
        )
    )


def _extra(request: Transaction, verdict: _Verdict) -> str | None:
    """Keep the round that a win named, where its bet stands in another one."""
    if request.kind != "win" or request.round_id in (None, verdict.round_id):
        return request.extra
    return with_round(request.extra, request.round_id)


def _attributed(snapshot: Snapshot, request: Transaction) -> bool:
    """Tell whether the player was shown to be the integration's, by the session or by the bet.

    Anybody may name any player: what nothing proves must not fill that player's history.
    """
    if request.integration == PLATFORM:
        return True
    owner = (request.player_id, request.currency)
    session, bet = snapshot.session, snapshot.bet
    if request.by_bet and session is None and request.kind == "win":
        return snapshot.shows_player_of(request)
    if session is not None and session.integration == request.integration:
        return (session.player_id, session.currency) == owner
    if not isinstance(bet, Entry) or not bet.attributed:
        return False
    return (bet.player_id, bet.currency) == owner


def _tombstone(request: Transaction, at: str, dialect: Words) -> Tombstone:
    if request.bet_transaction_id is None:
        raise LookupError("a tombstone needs the id of the bet")
    answer = dialect.answer(Outcome("bet_cancelled", request.trace_id))
    return Tombstone(
        integration=request.integration,
        bet_transaction_id=request.bet_transaction_id,
        refund_transaction_id=request.transaction_id,
        player_id=request.player_id,
        currency=request.currency,
        at=at,
        status=answer.status,
        body=answer.body,
    )
