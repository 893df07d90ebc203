"""The facts that a decision is made from, and the decisions themselves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from casino.wallet.model import (
    Entry,
    Player,
    Round,
    Session,
    Tombstone,
    Transaction,
    VoidMarker,
    Wallet,
)

if TYPE_CHECKING:  # only a wallet with a bonus loads them
    from casino.bonus.model import Bonus, BonusPart


class BalanceFacts(NamedTuple):
    """The facts read for a balance; `None` is an item that does not exist (or was not named)."""

    player: Player | None
    wallet: Wallet | None
    session: Session | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The facts read before deciding; `None` is an item that does not exist (or was not needed).

    `entry` stands under the transaction's own id, `bet` under the id that a refund or win names.
    """

    entry: Entry | Tombstone | None = None
    wallet: Wallet | None = None
    session: Session | None = None
    round: Round | None = None
    bet: Entry | Tombstone | None = None
    void: VoidMarker | None = None

    def round_of(self, request: Transaction) -> str | None:
        """Return the round of a request: where it names none, that of the bet that settles it.

        A win's bet that is not known is a round of its own (ADR 0058); one that is known has the
        last word about the round of its win (ADR 0060).
        """
        settled_by_bet = request.kind == "refund" or request.by_bet
        if not settled_by_bet or (request.round_id is not None and not self._has_bet_of(request)):
            return request.round_id
        if isinstance(self.bet, Entry):
            return self.bet.round_id
        return request.bet_transaction_id if request.kind == "win" else None

    def shows_player_of(self, request: Transaction) -> bool:
        """Tell whether the player placed a bet with the integration: this one, or in this round."""
        if self.round is not None and self.round.bets > 0:
            return True
        return self._has_bet_of(request)

    def _has_bet_of(self, request: Transaction) -> bool:
        """Tell whether `bet` is an applied bet of the request's player, in its currency."""
        bet = self.bet
        if not isinstance(bet, Entry) or bet.kind != "bet" or bet.record != "applied":
            return False
        return (bet.player_id, bet.currency) == (request.player_id, request.currency)


@dataclass(frozen=True, slots=True)
class Replay:
    """The same request was decided before: answer with what is stored."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The bet was refunded before it came: answer with what the tombstone holds."""

    tombstone: Tombstone


@dataclass(frozen=True, slots=True)
class Refusal:
    """No money moves; `leaves_tombstone` also bars the bet that the refund names, for ever.

    A refusal that is not `recorded` leaves the id free: the same request may be settled later.
    `detail` tells people more.
    """

    code: str
    balance_minor: int | None = None
    transaction_id: str | None = None
    leaves_tombstone: bool = False
    recorded: bool = True
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RoundChange:
    """The changes that a posting makes to its round.

    `expected_version` pins the round that was read. `None` (a refund, which learns its round only
    from the bet) asks instead that the round be not finished with a paid win, and with `unpaid` not
    paid at all: then its rule is another one, and the round has to be looked at.

    `staked_minor` is what a stake adds to those of the round, and `grant` the number of a grant
    with how much of that was its money; `None` leaves both alone.
    """

    round_id: str
    bets: int = 0
    refunds: int = 0
    paid_wins: int = 0
    finish: bool = False
    expected_version: int | None = None
    unpaid: bool = False
    staked_minor: int | None = None
    grant: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """An applied transaction: `rule` says why, `postings` are zero-sum, signed minor units.

    It is right only while the bet that it names stands in no other round, if `checks_bet`. `bonus`
    is what the wallet knows of its bonuses afterwards, `None` where that stays as it is, and
    `bonus_part` what the entry says of the grant.
    """

    rule: str
    postings: tuple[tuple[str, int], ...]
    round_change: RoundChange | None = None
    voids_bet: bool = False
    leaves_tombstone: bool = False
    checks_bet: bool = False
    bonus: "Bonus | None" = None
    bonus_part: "BonusPart | None" = None

    @property
    def player_delta_minor(self) -> int:
        """The change that the posting makes to the player's balance."""
        return sum(amount for account, amount in self.postings if account == "player")


type Decision = Replay | Cancelled | Refusal | Posting


def is_paid_win_of_round(movement: Transaction | Entry) -> bool:
    """Tell whether it pays out of the round's own bets; other wins are owed whatever it holds."""
    of_the_round = movement.kind == "win" and movement.type in ("win", "freespin")
    return of_the_round and movement.amount_minor > 0


def exclusion_of(player: Player, now: float) -> str | None:
    """Return the code of the exclusion that a player has made; `None` where none holds."""
    if now < player.self_excluded_until:
        return "rg_self_excluded"
    return "rg_cool_off" if now < player.cool_off_until else None
