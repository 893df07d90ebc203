"""The words of bonus money: the grant that a wallet plays with, and what became of earlier ones.

Amounts are in minor units of the wallet's currency, moments in seconds since the epoch.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

type Order = Literal["cash_first", "bonus_first"]
type Pays = Literal["cash", "bonus"]

#: The account of a wallet's bonus money, as `player` is that of its cash.
BONUS: Final = "bonus"
#: The account that grants are paid from, and that gets back what is forfeited.
HOUSE: Final = "promotion"
#: The category of a game that is not known.
OTHER: Final = "other"
#: How much of a stake counts towards wagering where a grant does not say, in percent.
WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class BonusTerms:
    """What a grant says.

    `contributions` holds percents by category of game. Above `max_bet_minor` no stake of a round
    is taken while the grant holds money; `None` is any. Wins of free spins go to `pays`; there
    `times` says how often such a win has to be wagered, on top of `required_minor`.
    """

    grant_id: str
    amount_minor: int
    required_minor: int
    expires_at: int
    order: Order = "cash_first"
    max_bet_minor: int | None = None
    contributions: tuple[tuple[str, int], ...] = ()
    pays: Pays = "cash"
    times: int = 0

    def noted(self) -> dict[str, Any]:
        """Return what the entry of the grant keeps of the terms, as JSON; `read` reads it."""
        said = asdict(self) | {"contributions": dict(sorted(self.contributions))}
        return {name: value for name, value in said.items() if value is not None}

    @staticmethod
    def read(note: dict[str, Any]) -> "BonusTerms":
        """Read the terms of a grant from the note of its entry."""
        return BonusTerms(**note | {"contributions": tuple(sorted(note["contributions"].items()))})


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant that stands: its terms, its money, and how far it is wagered.

    `number` counts the grants of its wallet from 1. `review` says that it holds a win above its
    integration's limits: what it is converted to is then a held win.
    """

    number: int
    terms: BonusTerms
    balance_minor: int
    required_minor: int
    wagered_minor: int = 0
    review: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it is wagered, so that its money is to become cash."""
        return self.wagered_minor >= self.required_minor > 0

    def holds(self, now: int) -> bool:
        """Tell whether it may be played with: its deadline ends it only while it is not met."""
        return self.is_met or now < self.terms.expires_at


@dataclass(frozen=True, slots=True)
class Bonus:
    """What a wallet knows of its bonuses.

    `count` is how many grants there were, and bit n of `converted` says that grant n became cash;
    any other one that is over was forfeited. So what comes late knows where its money belongs. The
    same bit of `reviewed` says that it held a win above its integration's limits by then.
    """

    count: int = 0
    converted: int = 0
    grant: Grant | None = None
    reviewed: int = 0

    def playable_minor(self, now: int) -> int:
        """Return the bonus money that may be staked."""
        grant = self.grant
        return grant.balance_minor if grant is not None and grant.holds(now) else 0


@dataclass(frozen=True, slots=True)
class BonusPart:
    """What an entry says of the grant that it was made under.

    What it moved stands in its postings. `balance_minor`, `total_minor` and `required_minor` are
    the grant's money, what was wagered and what is required, all after the entry;
    `wagered_minor` is what the entry itself counts, negative where a stake was given back. By
    `weight_minor` a bet has its share in the wins of its round. The answer's balance counted
    `shown_before_minor` and `shown_minor` of bonus money before and after the entry.
    """

    grant_id: str
    number: int
    balance_minor: int
    wagered_minor: int
    total_minor: int
    required_minor: int
    weight_minor: int = 0
    shown_before_minor: int = 0
    shown_minor: int = 0
