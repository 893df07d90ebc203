"""The words of players as the casino manages them: verification, whom partners mean, answers."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from casino.limits.model import Limits, Pending
from casino.wallet.model import Wallet

#: What stops a player's bets and launches for a time of their own choice.
type Exclusion = Literal["self_exclusion", "cool_off"]

#: Levels of verification of iGSP, the weakest first.
KYC_ORDER: Final = ("anonymous", "registered", "basic", "verified", "enhanced", "source_of_funds")
#: What an operator may say of a player: `restricted` is a bar and no level.
KYC_LEVELS: Final = (*KYC_ORDER, "restricted")


@dataclass(frozen=True, slots=True)
class Identity:
    """How one integration names a player: by its own id, by an e-mail, or by both.

    `email_hash` is what `casino.accounts.email` makes of the address. `changed_at` is the moment
    since which this holds, ISO 8601 UTC; `version` counts the changes.
    """

    integration: str
    player_id: str
    identity_id: str | None = None
    email_hash: str | None = None
    changed_at: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money of a wallet that waits for a payout; `at` is when it was reserved, ISO 8601 UTC.

    `state` is `open`, `released` or `paid`, and then `paid_by` is the withdrawal.
    """

    reservation_id: str
    player_id: str
    currency: str
    amount_minor: int
    at: str
    state: str = "open"
    paid_by: str = ""


class Reply(NamedTuple):
    """An answer of the casino's own API: `code` is `ok` or one of `casino.accounts.refusals`.

    `replay` says that an earlier request got the same answer.
    """

    status: int
    body: str
    code: str = "ok"
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Controlled:
    """A wallet with what is allowed in it, and the looser limits that wait."""

    wallet: Wallet
    pending: tuple[Pending, ...] = ()

    @property
    def limits(self) -> Limits:
        """What holds now; a wallet that nobody limited has no limit."""
        return self.wallet.limits or Limits()
