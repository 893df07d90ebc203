"""What bonus money makes of the transactions of games: of stakes, of wins, and of what comes back.

Only a wallet that has ever had a bonus loads this. Bonus money is staked where its wins can be told
from others: in a round that began under a grant, or by a hold. Elsewhere a bet takes cash alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from casino.bonus.decide import (
    account_of,
    bonus_of_stake,
    counted,
    is_above_maximum,
    is_reviewed,
    moved,
    shared,
)
from casino.bonus.model import BONUS, HOUSE, Bonus, BonusPart, Grant
from casino.wallet.decision import Posting, Refusal, RoundChange, Snapshot
from casino.wallet.model import WIN_HELD, Entry, Round, Transaction, Wallet

type Postings = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Stake:
    """How a bet is staked; `bonus_minor` is what it takes of the bonus money.

    `posting` is right where no `refusal` stands.
    """

    bonus_minor: int
    refusal: Refusal | None
    posting: Posting


def stake_of(wallet: Wallet, bonus: Bonus, snapshot: Snapshot, bet: Transaction, now: int) -> Stake:
    """Return how a bet, tip, freespin or hold is staked; its round changes are added to others."""
    grant = bonus.grant if bonus.grant is not None and bonus.grant.holds(now) else None
    in_round, amount_minor = _shares_in_round(snapshot.round, bet, grant), bet.amount_minor
    if bet.type == "freespin":
        pays = grant is not None and grant.terms.pays == BONUS and in_round
        weight = max(1, amount_minor)
        part = _part(bonus, bonus.grant, weight=weight) if pays else None
        tracked = _tracked(bonus, weight, weight) if pays else None
        notional = (("integration", amount_minor), (HOUSE, -amount_minor))
        return Stake(0, None, Posting("freespin_notional", notional, tracked, bonus_part=part))
    if bet.type == "tip":
        grant, in_round = None, False
    category = snapshot.session.category if snapshot.session is not None else None
    counts = counted(grant, amount_minor, category) if grant is not None else 0
    taken = _taken(wallet, grant if in_round or _is_hold(bet) else None, amount_minor)
    bonus_minor = taken or 0
    refusal = None
    standing = (snapshot.round.staked_minor or 0) if snapshot.round is not None else 0
    if grant and is_above_maximum(grant, amount_minor + standing, counts, bonus_minor):
        refusal = Refusal("bonus_max_bet")
    elif taken is None:
        refusal = Refusal("insufficient_funds", balance_minor=wallet.playable_minor(now))
    moves = {"integration": amount_minor, "player": bonus_minor - amount_minor, BONUS: -bonus_minor}
    after = moved(grant, -bonus_minor, counts) if grant is not None else bonus.grant
    weight = amount_minor if in_round else 0
    part = _part(bonus, after, counts, weight) if in_round or counts or bonus_minor else None
    posting = Posting(
        "bet_debit",
        _postings(moves),
        _tracked(bonus, amount_minor, bonus_minor) if in_round else None,
        bonus=replace(bonus, grant=after) if bonus_minor or counts else None,
        bonus_part=part,
    )
    return Stake(bonus_minor, refusal, posting)


def _is_hold(bet: Transaction) -> bool:
    """Tell whether a bet is held: only a hold names the bet that it is of."""
    return bet.bet_transaction_id is not None


def _shares_in_round(round_: Round | None, bet: Transaction, grant: Grant | None) -> bool:
    """Tell whether the round knows of all its stakes whose money they were."""
    if bet.round_id is None:
        return False
    if round_ is not None and round_.staked_minor is not None:
        return True
    return grant is not None and (round_ is None or not round_.bets)


def _taken(wallet: Wallet, grant: Grant | None, amount_minor: int) -> int | None:
    if grant is not None:
        return bonus_of_stake(grant, amount_minor, wallet.spendable_minor)
    return 0 if amount_minor <= wallet.spendable_minor else None


def part_shown(before: Bonus, after: Bonus, part: BonusPart | None, now: int) -> BonusPart | None:
    """Return what an entry says of the grant, with what its answer shows of bonus money.

    `None` where no grant stands and the entry says nothing else.
    """
    if part is None and after.grant is None:
        return None
    shown = (before.playable_minor(now), after.playable_minor(now))
    part = part or _part(after, after.grant)
    return replace(part, shown_before_minor=shown[0], shown_minor=shown[1])


def _tracked(bonus: Bonus, staked_minor: int, bonus_minor: int) -> RoundChange:
    """Return what a round is told of a stake; its other changes are the caller's."""
    return RoundChange("", staked_minor=staked_minor, grant=(bonus.count, bonus_minor))


def _part(bonus: Bonus, grant: Grant | None, wagered: int = 0, weight: int = 0) -> BonusPart:
    if grant is None:
        return BonusPart("", bonus.count, 0, 0, 0, 0, weight)
    standing = (grant.balance_minor, wagered, grant.wagered_minor, grant.required_minor)
    return BonusPart(grant.terms.grant_id, grant.number, *standing, weight)


def weighed(bet: Entry) -> tuple[int, int, int]:
    """Return what a bet told its round: its stake, the grant's number, how much was the grant's."""
    if bet.bonus is None or not bet.bonus.weight_minor:
        return 0, 0, 0
    weight = bet.bonus.weight_minor
    of_grant = weight if bet.type == "freespin" else -dict(bet.postings).get(BONUS, 0)
    return weight, bet.bonus.number, of_grant


def won(
    bonus: Bonus, posting: Posting, win: Transaction, round_: Round | None, now: int
) -> Posting:
    """Return the posting of a win, shared as the stakes of its round were."""
    grant = bonus.grant
    parts = {"player": win.amount_minor}
    if round_ is not None and round_.staked_minor is not None:
        parts = shared(bonus, win.amount_minor, round_.staked_minor, round_.grants)
        posting = _held_back(bonus, posting, round_.grants)
    elif win.type == "freespin" and grant and grant.holds(now) and grant.terms.pays == BONUS:
        parts = {"player": 0, BONUS: win.amount_minor}
    return _paid(bonus, posting, {"integration": -win.amount_minor} | parts, win.type)


def settlement(
    bonus: Bonus, posting: Posting, win_minor: int, stake_minor: int, of_grant: tuple[int, int]
) -> Posting:
    """Return the posting of a settlement, its win shared as the held stake was."""
    parts = shared(bonus, win_minor, stake_minor, [of_grant])
    posting = _held_back(bonus, posting, [of_grant])
    return _paid(bonus, posting, dict(posting.postings) | parts)


def _held_back(bonus: Bonus, posting: Posting, stakes: Iterable[tuple[int, int]]) -> Posting:
    """Return what pays cash for stakes of a grant, held if a win above the limits paid them."""
    pays = posting.player_delta_minor > 0
    return replace(posting, rule=WIN_HELD) if pays and is_reviewed(bonus, stakes) else posting


def _paid(bonus: Bonus, posting: Posting, parts: Mapping[str, int], type_: str = "") -> Posting:
    """Return the posting of a win with its parts by account; a free win may have to be wagered."""
    posting, grant, minor = (
        replace(posting, postings=_postings(parts)),
        bonus.grant,
        parts.get(BONUS),
    )
    if not minor or grant is None:
        return posting
    # Nothing but a free round pays into a grant that requires nothing yet, by whatever win.
    free = type_ == "freespin" or not grant.required_minor
    required = minor * grant.terms.times if free else 0
    after = moved(grant, minor, 0, required)
    after = replace(after, review=grant.review or posting.rule == WIN_HELD)
    return replace(posting, bonus=replace(bonus, grant=after), bonus_part=_part(bonus, after))


def given_back(
    bonus: Bonus, posting: Posting, number: int, bonus_minor: int, wagered_minor: int
) -> Posting:
    """Return the posting that gives a stake back, the bonus money to where it now belongs.

    Its progress is taken back while its grant stands.
    """
    parts = dict(posting.postings)
    parts.pop(BONUS, None)
    account = account_of(bonus, number)
    parts[account] = parts.get(account, 0) + bonus_minor
    posting = replace(posting, postings=_postings(parts))
    posting = _held_back(bonus, posting, [(number, bonus_minor)])
    if account != BONUS or bonus.grant is None or not (bonus_minor or wagered_minor):
        return posting
    after = moved(bonus.grant, bonus_minor, -wagered_minor)
    part = _part(bonus, after, -wagered_minor)
    return replace(posting, bonus=replace(bonus, grant=after), bonus_part=part)


def refunded(bonus: Bonus, posting: Posting, bet: Entry) -> Posting:
    """Return the posting of a refund, which gives back the stake that `bet` took.

    The bet no longer has a share in the wins of its round.
    """
    if bet.bonus is None:
        return posting
    bonus_minor = -dict(bet.postings).get(BONUS, 0)
    posting = given_back(bonus, posting, bet.bonus.number, bonus_minor, bet.bonus.wagered_minor)
    weight, number, of_grant = weighed(bet)
    if posting.round_change is None or not weight:
        return posting
    change = replace(posting.round_change, staked_minor=-weight, grant=(number, -of_grant))
    return replace(posting, round_change=change)


def _postings(parts: Mapping[str, int]) -> Postings:
    """Return postings in the order of their accounts; what moves no bonus names no such account."""
    kept = ("player", "integration", "held")
    return tuple(sorted((name, minor) for name, minor in parts.items() if minor or name in kept))
