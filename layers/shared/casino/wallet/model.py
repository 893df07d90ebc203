"""The words of the wallet: transactions, entries, wallets, sessions, rounds.

Amounts are integers in minor units of the currency; times are ISO 8601 UTC strings with
milliseconds, except those at which something ends, which are in seconds since the epoch.
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:  # only a wallet with limits or a bonus loads them
    from casino.bonus.model import Bonus, BonusPart
    from casino.limits.model import Limits, Play

type Kind = Literal[
    "bet",
    "win",
    "refund",
    "deposit",
    "withdrawal",
    "notice",
    "hold",
    "settle",
    "rollback",
    "purchase",
    "reversal",
    "bonus_grant",
    "bonus_conversion",
    "bonus_forfeiture",
]
type Record = Literal["applied", "refused", "noted"]
type SessionStatus = Literal["launching", "active", "suspended", "closed", "failed"]

#: The rule of a win above its integration's limits: credited, and held back from play.
WIN_HELD: Final = "win_held"

#: The integration under which the platform's own deposits and withdrawals are recorded.
PLATFORM: Final = "platform"


def wallet_key(player_id: str, currency: str) -> str:
    """Name a wallet in one string; unambiguous, since no currency holds a `#`."""
    return f"{currency}#{player_id}"


def introduction(integration: str, currency: str) -> str:
    """Name what lets an integration ask for a balance; unambiguous, as no currency holds a `#`."""
    return f"{currency}#{integration}"


def platform_transaction_id(integration: str, transaction_id: str) -> str:
    """Return our reference for a provider's transaction: the same for every copy of it."""
    digest = hashlib.sha256(f"{integration}#{transaction_id}".encode()).hexdigest()
    return f"plt-{digest[:32]}"


def session_key(integration: str, session_token: str) -> str:
    """Return the id under which a session is found by its counterpart's own token."""
    return f"{integration}#{session_token}"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One request to move money, verified and typed, not yet decided.

    `type` is the kind of stake or payout (`bet`, `tip`, `freespin`, `win`, `jackpot`, …);
    `extra` is the JSON text of the unknown fields, kept for audit. A notice moves nothing, names no
    player and no currency. A withdrawal's `bet_transaction_id` is a reservation that it pays out.

    `by_bet` says that its bet settles it. A win needs no session where bet or round show the
    player. A refund gives back the stored stake, whatever it says itself: that of an unknown or
    refunded bet moves nothing and is no error, and a paid win of the round bars it.
    """

    integration: str
    transaction_id: str
    kind: Kind
    type: str
    player_id: str
    currency: str
    amount_minor: int
    game_id: str | None = None
    session_id: str | None = None
    round_id: str | None = None
    bet_transaction_id: str | None = None
    finished: bool = False
    extra: str | None = None
    trace_id: str = ""
    by_bet: bool = False

    def fingerprint(self) -> str:
        """Return what makes two requests the same one: see wallet semantics, rule 5.

        The unknown fields are all that a notice has to say, so they count there.

        SHA-256 in hex over the length-prefixed fields, so that no two requests run together.
        """
        fields = (
            self.kind,
            self.player_id,
            self.currency,
            str(self.amount_minor),
            self.type,
            self.game_id,
            self.round_id,
            self.bet_transaction_id,
            "finished" if self.finished else "open",
            *([self.extra] if self.kind == "notice" else ()),
        )
        text = "".join("-" if field is None else f"{len(field)}:{field}" for field in fields)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, never changed: what was applied, a recorded refusal, or a notice.

    `seq` counts a wallet's applied entries from 1 without a gap; a refusal carries the number of
    the entry that it was decided after. `body` is the stored response, given again to every copy.
    `postings` are signed amounts by account that sum to zero. `rule` names what decided.
    `reserved_minor` is what the platform held back from play when it was decided. `attributed` says
    that a session or a bet proved the player: the wallet's history holds only such entries.
    `bonus` is what it says of the wallet's grant; `None` where it touches none.
    """

    integration: str
    transaction_id: str
    kind: Kind
    record: Record
    rule: str
    type: str
    player_id: str
    currency: str
    amount_minor: int
    game_id: str | None
    session_id: str | None
    round_id: str | None
    bet_transaction_id: str | None
    finished: bool
    attributed: bool
    seq: int
    balance_before_minor: int
    balance_after_minor: int
    reserved_minor: int
    postings: tuple[tuple[str, int], ...]
    status: int
    body: str
    fingerprint: str
    at: str
    trace_id: str
    extra: str | None
    previous_hash: str
    hash: str = ""
    bonus: "BonusPart | None" = None

    @property
    def spendable_before_minor(self) -> int:
        """What a bet could take when the entry was decided."""
        return self.balance_before_minor - self.reserved_minor

    @property
    def held_win_minor(self) -> int:
        """What the entry adds to the reserved funds of its wallet."""
        if self.rule != WIN_HELD:
            return 0
        return sum(amount for account, amount in self.postings if account == "player")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Stands under the id of a bet that was refunded before it arrived: the bet never debits.

    `status` and `body` are the answer that the bet gets, and every copy of it.
    """

    integration: str
    bet_transaction_id: str
    refund_transaction_id: str
    player_id: str
    currency: str
    at: str
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class VoidMarker:
    """Says that a bet was refunded, and by which refund: there can be only one."""

    integration: str
    bet_transaction_id: str
    refund_transaction_id: str
    at: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """A player's money in one currency; `version` grows with every change, `seq` with entries.

    `held_minor` is what open holds have taken out of the balance; while it is more than zero,
    `held_since` and `held_seq` are the time and the entry of the first of these holds.
    `held_wins_minor` is the part of the reserved funds that are held wins. `limits` is what is
    allowed, and `play` what was counted against it; `None` where nobody set a limit. `bonus` is
    what it knows of its bonuses, `None` where it never had one; `balance_minor` is cash alone.
    """

    player_id: str
    currency: str
    balance_minor: int
    reserved_minor: int
    seq: int
    version: int
    head_hash: str
    blocked: bool
    held_minor: int = 0
    held_since: str = ""
    held_seq: int = 0
    held_wins_minor: int = 0
    limits: "Limits | None" = None
    play: "Play | None" = None
    bonus: "Bonus | None" = None

    @property
    def spendable_minor(self) -> int:
        """The money that a bet may take: the balance less the platform's reservations."""
        return self.balance_minor - self.reserved_minor

    def playable_minor(self, now: int) -> int:
        """What a game shows as the balance: the spendable cash and the bonus money."""
        bonus_minor = self.bonus.playable_minor(now) if self.bonus is not None else 0
        return self.spendable_minor + bonus_minor


@dataclass(frozen=True, slots=True)
class Round:
    """One player's actions in one game round; a round that nobody played has version 0.

    `paid_wins` counts the wins of the round's own bets that paid something: a jackpot or a prize
    is owed whatever becomes of the round.

    `staked_minor` is what stands staked in it, and `grants` how much of that was a grant's money,
    by the grant's number; `None` where the wallet had no grant when the round began.
    """

    integration: str
    player_id: str
    currency: str
    round_id: str
    bets: int = 0
    refunds: int = 0
    paid_wins: int = 0
    finished: bool = False
    version: int = 0
    staked_minor: int | None = None
    grants: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A game session that the platform opened for one player, currency and integration.

    `launching` is a session whose provider has not answered yet, `failed` one that never opened.
    A demo session plays without money: no hook of it touches a wallet. `category` is that of its
    game, where the launch knew one.
    """

    session_id: str
    player_id: str
    currency: str
    integration: str
    game_id: str
    status: SessionStatus
    opened_at: str
    expires_at: int
    is_demo: bool = False
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """A player as the wallet knows one; `blocked` stops bets, never wins or refunds.

    `introduced_to` holds the integrations that had a session of the player, each with the currency:
    see `introduction`. The rest is what a launch is checked against; `None` is not known. `country`
    is ISO 3166-1 alpha-2, `birth_date` ISO 8601 (`1990-12-31`), `kyc_level` one of iGSP's levels.
    """

    player_id: str
    blocked: bool
    created_at: str
    name: str | None = None
    country: str | None = None
    birth_date: str | None = None
    kyc_level: str | None = None
    introduced_to: frozenset[str] = frozenset()
    self_excluded_until: int = 0
    cool_off_until: int = 0
