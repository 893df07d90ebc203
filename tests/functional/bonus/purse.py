"""A player's own reading of bonus money: slips in rounds, coupons, and what is in the pocket.

It keeps every stake as a slip and sums slips anew at each question; it knows nothing of how a
wallet counts. Amounts are in minor units.
"""

from dataclasses import dataclass, field
from typing import Final

#: How much of a stake counts, by category.
COUNTS: Final = {"table": 10, "live": 0}


@dataclass
class Coupon:
    """A grant: `became` is empty while it stands, then `cash` or `house`."""

    name: str
    money: int
    required: int
    deadline: int
    bonus_first: bool
    most: int | None
    free_wins: bool
    wagered: int = 0
    became: str = ""

    def met(self) -> bool:
        return 0 < self.required <= self.wagered

    def plays(self, now: int) -> bool:
        return not self.became and (self.met() or now < self.deadline)


@dataclass
class Slip:
    """A stake that stands: cash, and money of a coupon; `weight` is its share in its round."""

    stake: int
    cash: int
    bonus: int
    coupon: Coupon | None
    counted: int
    weight: int = 0
    of_coupon: int = 0
    back: bool = False


@dataclass
class Round:
    """A game round; `watched` when it is known of all of its stakes whose money they were."""

    watched: bool = False
    slips: list[Slip] = field(default_factory=list)

    def refunded(self) -> bool:
        return bool(self.slips) and all(slip.back for slip in self.slips)


@dataclass
class Purse:
    """The player's money and coupons, and the house's purse for promotions."""

    cash: int
    house: int = 0
    games: int = 0
    coupons: list[Coupon] = field(default_factory=list)
    rounds: dict[str, Round] = field(default_factory=dict)

    def standing(self) -> Coupon | None:
        return next((coupon for coupon in self.coupons if not coupon.became), None)

    def playing(self, now: int) -> Coupon | None:
        coupon = self.standing()
        return coupon if coupon is not None and coupon.plays(now) else None

    def shown(self, now: int) -> int:
        coupon = self.playing(now)
        return self.cash + (coupon.money if coupon is not None else 0)

    def bet(
        self, stake: int, now: int, category: str | None, what: str, where: str | None
    ) -> tuple[str, Slip | None]:
        """Stake in a round; without one (`None`) it is a hold."""
        coupon, round_ = self.playing(now), self.rounds.get(where or "", Round())
        watches = round_.watched or (not round_.slips and coupon is not None)
        if what == "freespin":
            pays = coupon is not None and coupon.free_wins and watches
            weight = max(1, stake) if pays else 0
            slip = Slip(0, 0, 0, coupon if pays else None, 0, weight, weight)
            self.house -= stake
            self.games += stake
            return self._placed(slip, round_, where, pays)
        if what == "tip":
            coupon, watches = None, round_.watched
        bonus, counted = 0, 0
        if coupon is not None and coupon.money:
            counted = stake * COUNTS.get(category or "other", 100) // 100
            may = coupon.money if watches or where is None else 0
            bonus = min(stake, may) if coupon.bonus_first else max(0, stake - self.cash)
            bonus = min(bonus, may)
        standing = sum(slip.weight for slip in round_.slips if not slip.back)
        above = coupon is not None and coupon.most is not None and stake + standing > coupon.most
        if above and (counted or (bonus and self.cash + bonus >= stake)):
            return "bonus_max_bet", None
        if self.cash + bonus < stake:
            return "insufficient_funds", None
        self.cash -= stake - bonus
        if coupon is not None:
            coupon.money -= bonus
            coupon.wagered += counted
        slip = Slip(stake, stake - bonus, bonus, coupon, counted)
        if where is None:
            return "ok", slip
        self.games += stake
        if watches and what == "bet":
            slip.weight, slip.of_coupon = stake, bonus
        return self._placed(slip, round_, where, watches and what == "bet")

    def _placed(
        self, slip: Slip, round_: Round, where: str | None, watches: bool
    ) -> tuple[str, Slip]:
        round_.watched |= watches
        round_.slips.append(slip)
        self.rounds[where or ""] = round_
        return "ok", slip

    def _pay(self, coupon: Coupon | None, minor: int, *, free: bool = False) -> None:
        """Pay money that came of a coupon's to where it belongs now."""
        if coupon is None or coupon.became == "cash":
            self.cash += minor
        elif coupon.became == "house":
            self.house += minor
        else:
            coupon.money += minor
            free = free or not coupon.required
            coupon.required += 3 * minor if free and coupon.free_wins else 0

    def win(self, minor: int, now: int, where: str, what: str) -> str:
        """Pay a win of a round: as its slips that stand were staked."""
        round_ = self.rounds.get(where, Round())
        if what in ("win", "freespin") and minor and round_.refunded():
            return "round_refunded"
        self.games -= minor
        left, coupon = minor, self.playing(now)
        if round_.watched:
            standing = [slip for slip in round_.slips if not slip.back]
            whole = sum(slip.weight for slip in standing)
            for name in {slip.coupon.name for slip in standing if slip.coupon is not None}:
                of = [slip for slip in standing if slip.coupon and slip.coupon.name == name]
                part = minor * sum(slip.of_coupon for slip in of) // whole if whole else 0
                self._pay(of[0].coupon, part, free=what == "freespin")
                left -= part
        elif what == "freespin" and coupon is not None and coupon.free_wins:
            self._pay(coupon, minor, free=True)
            left = 0
        self.cash += left
        return "ok"

    def settle(self, slip: Slip, minor: int) -> None:
        """End a hold with a win."""
        part = minor * slip.bonus // slip.stake if slip.stake else 0
        self.games += slip.stake - minor
        self._pay(slip.coupon if part else None, part)
        self.cash += minor - part
        slip.back = True

    def give_back(self, slip: Slip, *, held: bool = False, notional: int = 0) -> None:
        """Undo a stake: the slip has no share in anything any more."""
        slip.back = True
        self.house += notional
        self.games -= notional + (0 if held else slip.stake)
        self.cash += slip.cash
        if slip.coupon is not None:
            self._pay(slip.coupon, slip.bonus)
            slip.coupon.wagered -= 0 if slip.coupon.became else slip.counted

    def grant(self, coupon: Coupon) -> str:
        if self.standing() is not None:
            return "bonus_active"
        self.coupons.append(coupon)
        self.house -= coupon.money
        return "ok"

    def end(self, became: str, now: int, *, expired: bool = False) -> str:
        """End the coupon that stands."""
        coupon = self.standing()
        if coupon is None:
            return "bonus_not_found"
        if became == "cash" and not coupon.met():
            return "bonus_not_met"
        if expired and coupon.plays(now):
            return "bonus_stands"
        coupon.became = became
        if became == "cash":
            self.cash += coupon.money
        else:
            self.house += coupon.money
        coupon.money = 0
        return "ok"
