"""Decides what a transaction does to a wallet: pure functions of (snapshot, request, now).

Each `decide_*` returns a `Replay` (the id has an outcome already), a `Refusal` or a `Posting`.
The order of the checks is part of the contract: an id with an outcome is replayed before any other
check, so a switch, a block or an expiry never changes an answer that was given.
"""

from dataclasses import replace

from casino.wallet.decide_session import session_over, session_refusal
from casino.wallet.decision import (
    Cancelled,
    Decision,
    Posting,
    Refusal,
    Replay,
    RoundChange,
    Snapshot,
    is_paid_win_of_round,
)
from casino.wallet.model import (
    WIN_HELD,
    Entry,
    Round,
    Tombstone,
    Transaction,
    Wallet,
    platform_transaction_id,
)
from casino.wallet.terms import Terms


def decide(snapshot: Snapshot, request: Transaction, terms: Terms, now: int) -> Decision:
    """Decide any transaction; `now` is in seconds since the epoch."""
    replay = _replay(snapshot, request)
    if replay is not None:
        return replay
    match request.kind:
        case "bet":
            return decide_bet(snapshot, request, terms, now)
        case "win":
            return decide_win(snapshot, request, terms, now)
        case "refund":
            return decide_refund(snapshot, request, terms)
        case "deposit":
            return Posting("deposit", _move(request.amount_minor, to="player", source="platform"))
        case "withdrawal":
            return _decide_withdrawal(snapshot, request)
        case "notice":
            closed = RoundChange(request.round_id, finish=True) if request.round_id else None
            return Posting("round_closed", (), closed)
        case _:
            raise LookupError(f"casino.wallet.decide_hold decides a {request.kind}")


def decide_bet(snapshot: Snapshot, bet: Transaction, terms: Terms, now: int) -> Refusal | Posting:
    """Debit a stake or tip; a freespin's notional amount goes against the promotion account."""
    refusal = session_refusal(snapshot.session, bet) or session_over(snapshot.session, now)
    if refusal is not None:
        return refusal
    if not terms.takes_bets(now):
        return Refusal("bets_disabled")
    if not terms.supports(bet.currency):
        return Refusal("unsupported_currency")
    wallet = _wallet(snapshot)
    if wallet.blocked:
        return Refusal("player_blocked")
    stake = None
    if wallet.bonus is not None:
        from casino.wallet.bonus_play import stake_of

        stake = stake_of(wallet, wallet.bonus, snapshot, bet, now)
    if wallet.limits is not None:
        from casino.wallet.limited import refusal_of

        of_bonus = stake.bonus_minor if stake is not None else 0
        if limited := refusal_of(wallet.limits, wallet, snapshot.session, bet, now, of_bonus):
            return limited
    if snapshot.round is not None and snapshot.round.finished:
        return Refusal("round_finished")
    if stake is not None and stake.refusal is not None:
        return stake.refusal
    told = stake.posting.round_change if stake is not None else None
    counted = replace(told, bets=1) if told is not None else RoundChange("", bets=1)
    change = _round_change(snapshot, bet, counted)
    if stake is not None:
        return replace(stake.posting, round_change=change)
    if bet.type == "freespin":
        notional = _move(bet.amount_minor, to="integration", source="promotion")
        return Posting("freespin_notional", notional, change)
    if bet.amount_minor > wallet.spendable_minor:
        return Refusal("insufficient_funds", balance_minor=wallet.spendable_minor)
    return Posting("bet_debit", _move(bet.amount_minor, to="integration", source="player"), change)


def decide_win(snapshot: Snapshot, win: Transaction, terms: Terms, now: int) -> Refusal | Posting:
    """Credit a payout: it is owed, so neither a block nor the session's end stops it.

    Above the integration's limits it is credited all the same, and held back from play.

    A session whose launch failed took no stake, so nothing is owed in it.
    """
    snapshot, win = _in_round_of_bet(snapshot, win)
    refusal = session_refusal(snapshot.session, win)
    unneeded = win.by_bet and snapshot.session is None and snapshot.shows_player_of(win)
    if refusal is not None and not unneeded:
        # A session that is not there may be restored: the same win must then be able to settle.
        return replace(refusal, recorded=refusal.code != "session_not_found")
    if snapshot.session is not None and snapshot.session.status == "failed":
        return Refusal("session_not_active")
    round_ = snapshot.round
    paid = is_paid_win_of_round(win)
    if paid and round_ is not None and 0 < round_.bets <= round_.refunds:
        return Refusal("round_refunded")
    credit = _move(win.amount_minor, to="player", source="integration")
    rule = WIN_HELD if is_held_win(win, terms, now) else _win_rule(round_, win, paid)
    # What pays bars the rollback of its bet, so it must count in the bet's own round.
    unread = win.by_bet and paid and snapshot.bet is None
    named = win.bet_transaction_id not in (None, win.transaction_id)
    changed = _round_change(snapshot, win, RoundChange("", paid_wins=int(paid)))
    posting = Posting(rule, credit, changed, checks_bet=unread and named)
    if snapshot.wallet is None or snapshot.wallet.bonus is None:
        return posting
    from casino.wallet.bonus_play import won

    return won(snapshot.wallet.bonus, posting, win, round_, now)


def _in_round_of_bet(snapshot: Snapshot, win: Transaction) -> tuple[Snapshot, Transaction]:
    """Return both with the round of the win's bet, where that is known."""
    round_id, read = snapshot.round_of(win), snapshot.round
    if round_id == win.round_id:
        return snapshot, win
    known = read is not None and read.round_id == round_id
    return replace(snapshot, round=read if known else None), replace(win, round_id=round_id)


def is_held_win(win: Transaction, terms: Terms, now: int) -> bool:
    """Tell whether a win is above its integration's limits, so that somebody has to release it."""
    largest = terms.largest_win_minor(win.currency)
    too_large = largest is not None and win.amount_minor > largest
    return win.amount_minor > 0 and (too_large or now < terms.wins_held_until(win.currency))


def _win_rule(round_: Round | None, win: Transaction, paid: bool) -> str:
    """Name what is odd about a win; it is credited all the same."""
    if paid and win.round_id is not None and (round_ is None or not round_.bets):
        return "win_without_bet"
    if round_ is not None and round_.finished:
        return "win_after_round_finished"
    return "win_credit"


def decide_refund(snapshot: Snapshot, refund: Transaction, terms: Terms) -> Refusal | Posting:
    """Give back what a bet debited, once; an unknown bet is barred from ever debiting.

    The bet decides, not the session: a session that is not there stops no refund.
    """
    refusal = session_refusal(snapshot.session, refund)
    in_session = refusal is None
    if refusal is not None and refusal.code != "session_not_found":
        return refusal
    if refund.bet_transaction_id == refund.transaction_id:
        return Refusal("refund_not_allowed")
    bet = snapshot.bet
    accepted = refund.by_bet or terms.refund_unknown_bet == "accept"
    if not isinstance(bet, Entry) or (bet.kind == "bet" and bet.record == "refused"):
        # A refused or already barred bet holds its id for ever; only a free id needs a tombstone.
        # Without a session nothing proves the player, and an entry would stand in their chain.
        if in_session and accepted:
            return Posting("refund_unknown_bet_accepted", (), leaves_tombstone=bet is None)
        return Refusal("bet_not_found", leaves_tombstone=bet is None)
    refusal = _refund_refusal(snapshot, refund, bet)
    if refusal is not None:
        return refusal
    if snapshot.void is not None and refund.by_bet:
        return Posting("refund_repeated", ())
    round_ = snapshot.round
    late = round_ is not None and round_.paid_wins > 0 and (round_.finished or refund.by_bet)
    if late and (refund.by_bet or terms.refund_after_win == "reject"):
        return Refusal("round_finished")
    rule = "refund_of_stake" if refund.by_bet else "refund_credit"
    undo = tuple((account, -amount) for account, amount in bet.postings)
    change = _round_of(bet, round_, refund)
    posting = Posting("refund_after_win" if late else rule, undo, change, voids_bet=True)
    if bet.bonus is None or snapshot.wallet is None or snapshot.wallet.bonus is None:
        return posting
    from casino.wallet.bonus_play import refunded

    return refunded(snapshot.wallet.bonus, posting, bet)


def _round_of(bet: Entry, round_: Round | None, refund: Transaction) -> RoundChange | None:
    if bet.round_id is None:
        return None
    return RoundChange(
        bet.round_id,
        refunds=1,
        finish=refund.finished,
        expected_version=round_.version if round_ is not None else None,
        unpaid=refund.by_bet,
    )


def _refund_refusal(snapshot: Snapshot, refund: Transaction, bet: Entry) -> Refusal | None:
    if bet.kind != "bet":
        return Refusal("refund_not_allowed")
    if bet.player_id != refund.player_id:
        return Refusal("player_mismatch")
    if bet.currency != refund.currency:
        return Refusal("currency_mismatch")
    if refund.by_bet:
        return None
    if bet.type != refund.type:
        return Refusal("type_mismatch")
    if snapshot.void is not None:
        first = platform_transaction_id(refund.integration, snapshot.void.refund_transaction_id)
        return Refusal("bet_already_refunded", transaction_id=first)
    if bet.amount_minor != refund.amount_minor:
        return Refusal("refund_amount_mismatch")
    return None


def _decide_withdrawal(snapshot: Snapshot, request: Transaction) -> Refusal | Posting:
    wallet = _wallet(snapshot)
    if request.amount_minor > wallet.spendable_minor:
        return Refusal("insufficient_funds", balance_minor=wallet.spendable_minor)
    return Posting("withdrawal", _move(request.amount_minor, to="platform", source="player"))


def _replay(snapshot: Snapshot, request: Transaction) -> Replay | Cancelled | Refusal | None:
    if snapshot.entry is None:
        return None
    if isinstance(snapshot.entry, Tombstone):
        # The id is a bet's that was refunded before it came; anything else reuses a bet's id.
        if request.kind == "bet":
            return Cancelled(snapshot.entry)
        return Refusal("transaction_mismatch")
    if snapshot.entry.fingerprint != request.fingerprint():
        return Refusal("transaction_mismatch")
    return Replay(snapshot.entry)


def _wallet(snapshot: Snapshot) -> Wallet:
    """A session or a deposit exists only for a wallet that exists; anything else is a bug."""
    if snapshot.wallet is None:
        raise LookupError("the wallet of an open session does not exist")
    return snapshot.wallet


def _move(amount_minor: int, *, to: str, source: str) -> tuple[tuple[str, int], ...]:
    """Return the two postings in the order of their accounts: the entry's hash covers them."""
    return tuple(sorted(((source, -amount_minor), (to, amount_minor))))


def _round_change(
    snapshot: Snapshot, request: Transaction, change: RoundChange
) -> RoundChange | None:
    if request.round_id is None:
        return None
    version = snapshot.round.version if snapshot.round is not None else 0
    round_id, finish = request.round_id, request.finished
    return replace(change, round_id=round_id, finish=finish, expected_version=version)
