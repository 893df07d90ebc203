"""The ports of profiles, answers, identities, orders and held wins, beside the wallet's own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from casino.accounts.model import Controlled, Exclusion, Identity, Reservation
from casino.audit.model import AuditRecord, Once
from casino.wallet.model import Entry, Wallet
from casino.wallet.ports import WalletPlace
from casino.wallet.purchase import Order
from casino.wallet.release import Release


class Profiles(Protocol):
    """Facts about players beside their wallets."""

    def change(self, player_id: str, fields: Mapping[str, str | None], audit: AuditRecord) -> None:
        """Set fields of a player; `None` forgets one, and a field that is not named stays.

        The audit record in the same transaction names the fields, and of the KYC level alone the
        value too: what is personal must not stand where nobody can delete it.
        """


class Answers(Protocol):
    """What requests were answered that change something once for their key."""

    def find(self, key: str) -> Once | None:
        """Return what stands under a key, consistently; raises `UnavailableError`."""

    def put_if_absent(self, once: Once) -> bool:
        """Write an answer; false when its key has one."""


class Controls(Protocol):
    """What players and the casino allow in wallets."""

    def read(self, player_id: str, currency: str) -> Controlled | None:
        """Return a wallet with its limits and what waits, consistently."""

    def change(self, before: Controlled, after: Controlled, audit: AuditRecord) -> bool:
        """Put limits, what waits and the counts of `after` in the place of `before`.

        False when the wallet is not as it was read: read again.
        """

    def exclude(self, player_id: str, exclusion: Exclusion, until: int, audit: AuditRecord) -> None:
        """Exclude a player from every wallet until `until`.

        No bet that was decided before it returns is applied after. Raises `LookupError`, and
        `AdminError` where a longer exclusion stands.
        """


class Reserved(Protocol):
    """Reservations, each of which moves with the reserved funds of its wallet.

    The store fills in `old`, `new` and `detail` of the audit records.
    """

    def get(self, reservation_id: str) -> Reservation | None:
        """Return a reservation, consistently."""

    def add(self, made: Reservation, audit: AuditRecord) -> bool:
        """Make a reservation, or find it made; false when the wallet cannot spend as much.

        Raises `AdminError` when another one has its id.
        """

    def release(self, made: Reservation, audit: AuditRecord) -> bool:
        """Give an open reservation back to play; false when it is over."""


class Grants(Protocol):
    """The wallets with bonus money."""

    def over(
        self, now: int, after: WalletPlace | None = None
    ) -> Iterator[tuple[list[WalletPlace], WalletPlace | None]]:
        """Yield the wallets whose grant may be over, page by page, and where the next page begins.

        `now` is in seconds since the epoch.
        """


class Releases(Protocol):
    """The releases of held wins: there is one of each at most."""

    def add(self, release: Release, audit: AuditRecord) -> bool:
        """Make a held win spendable, all or nothing; false when it was released before.

        Raises `AdminError` when its wallet does not hold as much.
        """


type Writes = tuple[Any, ...]
"""Actions of one transaction, as a store makes them: nobody else looks inside."""


class Named(NamedTuple):
    """The players that a partner's id and an e-mail stand for; `None` for nobody."""

    by_id: str | None = None
    by_email: str | None = None


class Identities(Protocol):
    """How partners name players: no id and no e-mail names two players of one integration."""

    def named(self, integration: str, identity_id: str | None, email_hash: str | None) -> Named:
        """Return whom they name, consistently, in one round trip."""

    def of(self, integration: str, player_id: str) -> Identity | None:
        """Return how an integration names a player."""

    def change(self, before: Identity | None, after: Identity, audit: AuditRecord) -> bool:
        """Put `after` in the place of `before`, all or nothing, with the audit record.

        False when `before` is not what stands there, or when an id or e-mail of `after` names
        another player: read again.
        """

    def writes(self, before: Identity | None, after: Identity, audit: AuditRecord) -> Writes:
        """Return what `change` writes, for a transaction of somebody else's."""


class Bought(Protocol):
    """The orders of partners, as far as they moved money."""

    def order(self, integration: str, order_id: str) -> Order | None:
        """Return an order, consistently; raises `UnavailableError`."""

    def writes(
        self,
        before: Order | None,
        after: Order,
        wallet: Wallet | None = None,
        entries: Sequence[Entry] = (),
    ) -> Writes:
        """Return what puts `after` in the place of `before`, and the entries into the ledger.

        The entries follow each other in `wallet`, which has to be still as it was read.
        """
