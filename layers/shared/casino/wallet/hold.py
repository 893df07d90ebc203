"""The words of bets in two steps: a hold takes the stake aside, a settlement or a rollback ends it.

Two items of the ledger tell where a bet stands, and each is put once: under its `hold` key what
opened it (a `Hold`), or what bars it for ever (`Barred`); under its `end` key what ended it.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace
from typing import Final, Literal, Self

from casino.wallet.decision import Snapshot
from casino.wallet.model import Entry, Transaction, Wallet

type EndKind = Literal["settle", "rollback"]

HOLD_KINDS: Final = frozenset({"hold", "settle", "rollback"})
#: The account of the stakes that are neither the player's nor the integration's.
HELD: Final = "held"
#: What the id of a release in the casino's name begins with; no counterpart's may.
RELEASE: Final = "release:"


@dataclass(frozen=True, slots=True)
class Holding:
    """A wallet with open holds; `since` and `seq` are time and entry of the first of them."""

    player_id: str
    currency: str
    since: str
    seq: int


@dataclass(frozen=True, slots=True)
class HoldRequest(Transaction):
    """A hold, settlement or rollback; `bet_transaction_id` is the bet's id.

    No request names its player: a hold has one by its session, the others by the hold. A rollback
    names no currency either. So neither counts for the fingerprint.
    """

    def fingerprint(self) -> str:
        """Return what makes two requests the same one: SHA-256 in hex."""
        fields: tuple[str | None, ...] = (self.kind, self.bet_transaction_id)
        if self.kind != "rollback":
            fields += (self.round_id, self.currency, str(self.amount_minor))
        if self.kind == "hold":
            fields += (self.session_id,)
        text = "".join("-" if field is None else f"{len(field)}:{field}" for field in fields)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Hold:
    """Stands under a bet's id once its stake is held; `transaction_id` is that of the hold.

    `wallet` is the wallet as the hold left it, so that the end can be decided from it. `stake` says
    how much of the amount was a grant's money, and how much counts towards its wagering: the
    number of the grant, and both in minor units.
    """

    integration: str
    bet_id: str
    transaction_id: str
    amount_minor: int
    round_id: str | None
    session_id: str | None
    game_id: str | None
    at: str
    wallet: Wallet
    stake: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Barred:
    """Stands under the id of a bet that was rolled back before it came: its hold never opens."""

    integration: str
    bet_id: str
    transaction_id: str
    at: str


@dataclass(frozen=True, slots=True)
class Ending:
    """Says what ended a hold: there can be only one; `transaction_id` is that of the end."""

    integration: str
    bet_id: str
    kind: EndKind
    transaction_id: str
    at: str


@dataclass(frozen=True, slots=True)
class HoldSnapshot(Snapshot):
    """The facts read before deciding; `hold` and `ending` stand under the id of the bet."""

    hold: Hold | Barred | None = None
    ending: Ending | None = None

    def with_wallet_of_hold(self) -> Self:
        """Return it with the wallet as the hold left it, where no wallet was read."""
        if self.wallet is None and isinstance(self.hold, Hold):
            return replace(self, wallet=self.hold.wallet)
        return self


def stake_by(hold: Entry) -> tuple[int, int, int]:
    """Return how much of a held stake is a grant's: see `Hold`."""
    if hold.bonus is None:
        return 0, 0, 0
    return hold.bonus.number, -dict(hold.postings).get("bonus", 0), hold.bonus.wagered_minor


def session_naming(player_id: str, suffix: str) -> str:
    """Return the id of a session that names its player, so that the wallet is read with it."""
    return f"s.{base64.urlsafe_b64encode(player_id.encode()).decode().rstrip('=')}.{suffix}"


def named_player(session_id: str) -> str | None:
    """Return the player that the id names; the session alone says whether that is true."""
    mark, _, rest = session_id.partition(".")
    name, dot, _ = rest.partition(".")
    if mark != "s" or not dot:
        return None
    try:
        decoded = base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True)
        return decoded.decode() or None
    except (binascii.Error, ValueError):
        return None


def request_of(entry: Entry) -> HoldRequest:
    """Return the request that an entry records, as far as its fingerprint goes."""
    return HoldRequest(
        integration=entry.integration,
        transaction_id=entry.transaction_id,
        kind=entry.kind,
        type=entry.type,
        player_id=entry.player_id,
        currency=entry.currency,
        amount_minor=entry.amount_minor,
        session_id=entry.session_id,
        round_id=entry.round_id,
        bet_transaction_id=entry.bet_transaction_id,
    )
