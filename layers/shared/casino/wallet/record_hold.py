"""Turns a decision about a hold into the items to write: as `record`, with the bet's own items."""

from dataclasses import dataclass, replace

from casino.wallet.decision import Posting, Refusal, Snapshot
from casino.wallet.dialect import Words
from casino.wallet.hold import HELD, Barred, Ending, EndKind, Hold, HoldSnapshot, stake_by
from casino.wallet.model import Entry, Transaction, Wallet
from casino.wallet.ports import Commit
from casino.wallet.record import commit_for


@dataclass(frozen=True, slots=True)
class HoldCommit(Commit):
    """A commit with what it puts under the bet's id, if that is free.

    `held` is the wallet after it, of which `Commit` itself writes only balance and chain.
    """

    opening: Hold | Barred | None = None
    ending: Ending | None = None
    held: Wallet | None = None


def hold_commit_for(
    snapshot: Snapshot,
    request: Transaction,
    decision: Refusal | Posting,
    at: str,
    dialect: Words,
) -> Commit:
    """Return what to write for `decision`."""
    if not isinstance(snapshot, HoldSnapshot):
        raise TypeError("a hold is recorded from its own snapshot")
    if request.kind == "notice":
        return HoldCommit(commit_for(snapshot, request, decision, at, dialect).entry)
    request, proven = _with_owner(snapshot, request)
    if not proven:
        snapshot = replace(snapshot, wallet=None)  # whoever was named, it is not theirs
    base = commit_for(snapshot, request, decision, at, dialect, attributed=proven)
    opening: Hold | Barred | None = None
    ending: Ending | None = None
    held = None
    names = (request.integration, request.bet_transaction_id or "")
    if isinstance(decision, Posting):
        held = _after(base, snapshot.wallet, decision)
        if request.kind == "hold":
            opening = hold_of(base.entry, held)
        else:
            end: EndKind = "settle" if request.kind == "settle" else "rollback"
            ending = Ending(*names, end, request.transaction_id, at)
    elif decision.code == "rollback_unknown_bet":
        opening = Barred(*names, request.transaction_id, at)
    return HoldCommit(
        base.entry,
        base.wallet,
        play=base.play,
        bonus=base.bonus,
        opening=opening,
        ending=ending,
        held=held,
    )


def _with_owner(snapshot: HoldSnapshot, request: Transaction) -> tuple[Transaction, bool]:
    """Return the request with what session or hold says of the bet, and whether one of them does.

    None of that is part of the request's fingerprint.
    """
    session, hold = snapshot.session, snapshot.hold
    if request.kind == "hold":
        if session is None or session.integration != request.integration:
            return request, False
        owned = replace(request, player_id=session.player_id, game_id=session.game_id)
        return owned, session.currency == request.currency
    if not isinstance(hold, Hold):
        return request, False
    owned = replace(
        request,
        player_id=hold.wallet.player_id,
        currency=hold.wallet.currency,
        session_id=hold.session_id,
        game_id=hold.game_id,
    )
    if request.kind == "rollback":
        owned = replace(owned, amount_minor=hold.amount_minor, round_id=hold.round_id)
    return owned, True


def _after(commit: Commit, wallet: Wallet | None, posting: Posting) -> Wallet:
    """Return the wallet as the commit leaves it."""
    entry = commit.entry
    if wallet is None:
        raise LookupError("a posting needs a wallet")
    held_minor = wallet.held_minor + dict(posting.postings)[HELD]
    since, seq = (wallet.held_since, wallet.held_seq) if held_minor else ("", 0)
    if held_minor and not wallet.held_minor:
        since, seq = entry.at, entry.seq
    return replace(
        wallet,
        balance_minor=entry.balance_after_minor,
        reserved_minor=wallet.reserved_minor + entry.held_win_minor,
        held_wins_minor=wallet.held_wins_minor + entry.held_win_minor,
        seq=entry.seq,
        head_hash=entry.hash,
        version=wallet.version + 1,
        held_minor=held_minor,
        held_since=since,
        held_seq=seq,
        play=commit.play or wallet.play,
        bonus=commit.bonus or wallet.bonus,
    )


def hold_of(entry: Entry, after: Wallet) -> Hold:
    """Return the mark of a stake that is held; `after` is its wallet once it was taken."""
    return Hold(
        integration=entry.integration,
        bet_id=entry.bet_transaction_id or "",
        transaction_id=entry.transaction_id,
        amount_minor=entry.amount_minor,
        round_id=entry.round_id,
        session_id=entry.session_id,
        game_id=entry.game_id,
        at=entry.at,
        wallet=after,
        stake=stake_by(entry),
    )
