"""Decides what a hold, settlement or rollback does: pure functions of (snapshot, request, now).

A hold is decided like a bet, so whatever stops a bet stops it. What ends a hold is owed: only
another end, or the lack of the hold, stands in its way.
"""

from dataclasses import replace

from casino.wallet.decide import decide_bet, is_held_win
from casino.wallet.decision import Decision, Posting, Refusal, Replay, Snapshot
from casino.wallet.hold import HELD, Barred, HoldSnapshot
from casino.wallet.model import WIN_HELD, Tombstone, Transaction, platform_transaction_id
from casino.wallet.terms import Terms


def decide_hold(snapshot: Snapshot, request: Transaction, terms: Terms, now: int) -> Decision:
    """Decide a hold, settlement or rollback; `now` is in seconds since the epoch."""
    if not isinstance(snapshot, HoldSnapshot) or isinstance(snapshot.entry, Tombstone):
        raise TypeError("a hold is decided from its own snapshot")
    if snapshot.entry is not None:
        same = snapshot.entry.fingerprint == request.fingerprint()
        return Replay(snapshot.entry) if same else Refusal("transaction_mismatch")
    match request.kind:
        case "hold":
            return _open(snapshot, request, terms, now)
        case "settle":
            return _settle(snapshot, request, terms, now)
        case "rollback":
            return _roll_back(snapshot, request)
        case "notice":
            return Posting("session_opened" if request.type == "session" else "event_received", ())
        case _:
            raise LookupError(f"casino.wallet.decide decides a {request.kind}")


def _open(
    snapshot: HoldSnapshot, request: Transaction, terms: Terms, now: int
) -> Refusal | Posting:
    """Take the stake out of the balance; a refused hold leaves the bet's id free."""
    if isinstance(snapshot.hold, Barred):
        return Refusal("bet_rolled_back")
    if snapshot.hold is not None:
        return Refusal("duplicate_bet")
    owner = snapshot.session.player_id if snapshot.session is not None else ""
    bet = replace(request, player_id=owner, round_id=None)
    decision = decide_bet(snapshot, bet, terms, now)
    if isinstance(decision, Refusal):
        return decision
    held = dict(decision.postings)
    held[HELD] = held.pop("integration")
    return replace(decision, rule="hold", postings=_postings(**held))


def _settle(
    snapshot: HoldSnapshot, request: Transaction, terms: Terms, now: int
) -> Refusal | Posting:
    """Give the whole stake to the integration and the win, which may be 0, to the player.

    A win above the integration's limits is credited all the same, and held back from play.
    """
    hold = snapshot.hold
    if isinstance(hold, Barred):
        return Refusal("bet_rolled_back")
    if hold is None:
        # The hold may still come: the same settlement must then be able to pay.
        return Refusal("bet_not_authorized", recorded=False)
    if snapshot.ending is not None:
        settled = snapshot.ending.kind == "settle"
        return Refusal("duplicate_bet" if settled else "bet_rolled_back")
    # What is wrong here pays nothing and takes nothing: a corrected one must be able to pay.
    if hold.wallet.currency != request.currency:
        return Refusal("currency_mismatch", recorded=False)
    if hold.round_id != request.round_id:
        return Refusal("round_mismatch", recorded=False)
    stake, win = hold.amount_minor, request.amount_minor
    rule = WIN_HELD if is_held_win(request, terms, now) else "settle"
    posting = Posting(rule, _postings(held=-stake, integration=stake - win, player=win))
    number, of_grant, _ = hold.stake
    if not of_grant or snapshot.wallet is None or snapshot.wallet.bonus is None:
        return posting
    from casino.wallet.bonus_play import settlement

    return settlement(snapshot.wallet.bonus, posting, win, stake, (number, of_grant))


def _roll_back(snapshot: HoldSnapshot, request: Transaction) -> Refusal | Posting:
    """Give the stake back, once; a rollback of an unknown bet bars it."""
    hold, ending = snapshot.hold, snapshot.ending
    if hold is None:
        return _nothing_moves("rollback_unknown_bet", request, request.transaction_id)
    if isinstance(hold, Barred):
        return _nothing_moves("rollback_repeated", request, hold.transaction_id)
    if ending is None:
        stake, (number, of_grant, counted) = hold.amount_minor, hold.stake
        posting = Posting("rollback", _postings(held=-stake, player=stake - of_grant))
        if not number or snapshot.wallet is None or snapshot.wallet.bonus is None:
            return posting
        from casino.wallet.bonus_play import given_back

        return given_back(snapshot.wallet.bonus, posting, number, of_grant, counted)
    if ending.kind == "settle":
        return Refusal("bet_already_settled")
    return _nothing_moves("rollback_repeated", request, ending.transaction_id)


def _nothing_moves(code: str, request: Transaction, first: str) -> Refusal:
    """Return what is recorded without money; `first` is the rollback that counts."""
    return Refusal(code, transaction_id=platform_transaction_id(request.integration, first))


def _postings(**amounts: int) -> tuple[tuple[str, int], ...]:
    """Return the postings in the order of their accounts: the entry's hash covers them."""
    return tuple(sorted(amounts.items()))
