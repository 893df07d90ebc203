"""The casino's use cases for players and their wallets.

Every use case takes typed arguments: amounts in minor units of the currency, ids as text. It
raises `AdminError` for what cannot be done, and `RetryableError` when the tables do not answer.
`who` names the person or service that asks for a change, and why: whatever touches money, or
stops somebody, says so. Its audit record is part of the change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from casino.accounts.model import KYC_LEVELS
from casino.accounts.ports import Profiles
from casino.audit.model import AuditRecord, Who, of_player
from casino.base.checks import a_currency, an_id
from casino.base.clock import Clock
from casino.base.errors import AdminError, OutcomeUnknownError, RetryableError
from casino.base.times import iso_utc
from casino.integrations.model import WalletTerms
from casino.wallet.bonus_grant import END_ID, GRANT_ID
from casino.wallet.explain import existing_player
from casino.wallet.model import PLATFORM, Entry, Player, Transaction, Wallet
from casino.wallet.ports import Accounts, History
from casino.wallet.refusals import REFUSALS
from casino.wallet.service import Result, WalletService


@dataclass(frozen=True, slots=True)
class Moved:
    """A deposit or withdrawal as the ledger has it; `replay` when an earlier request made it."""

    entry: Entry
    replay: bool


@dataclass(frozen=True, slots=True)
class PlayerAdmin:
    """The use cases."""

    accounts: Accounts
    profiles: Profiles
    history: History
    service: WalletService
    clock: Clock

    def player(self, player_id: str) -> Player:
        """Return a player."""
        return existing_player(self.accounts, player_id)

    def wallets(self, player_id: str) -> list[Wallet]:
        """Return a player's wallets, by currency."""
        return sorted(self.accounts.wallets(player_id), key=lambda wallet: wallet.currency)

    def wallet(self, player_id: str, currency: str) -> Wallet:
        """Return a player's wallet."""
        self.player(player_id)
        wallet = self.accounts.wallet(player_id, a_currency(currency))
        if wallet is None:
            raise AdminError("wallet_not_found", f"player {player_id} has no {currency} wallet")
        return wallet

    def create(self, player_id: str, currency: str, *, who: Who) -> None:
        """Create a player with an empty wallet; what exists already stays as it is."""
        if not self._add(player_id, (currency,), {}, who):
            self.open_wallet(player_id, currency, who=who)

    def add(
        self,
        player_id: str,
        currencies: Sequence[str] = (),
        profile: Mapping[str, str] | None = None,
        *,
        who: Who,
    ) -> None:
        """Create a player with empty wallets, and with what is known of it by `PROFILE`'s names.

        Raises `AdminError` with `player_exists` when there is one of the name.
        """
        if not self._add(player_id, currencies, profile or {}, who):
            raise AdminError("player_exists", f"player {player_id} exists")

    def _add(
        self, player_id: str, currencies: Sequence[str], profile: Mapping[str, str], who: Who
    ) -> bool:
        an_id(player_id, "player")
        named, now = tuple(map(a_currency, currencies)), self.clock.now()
        known: dict[str, Any] = {f: _PROFILE[f](value) for f, value in profile.items()}
        # Of what is personal the record names the field alone: nobody can delete it there.
        said = " ".join(sorted(known)) + (f" {known['kyc_level']}" if "kyc_level" in known else "")
        new = " ".join(named)
        record = who.record(of_player(player_id), "add player", now, new=new, detail=said)
        player = Player(player_id, False, iso_utc(now), **known)
        return self.accounts.add_player(player, record, named)

    def open_wallet(self, player_id: str, currency: str, *, who: Who) -> None:
        """Give a player an empty wallet; one that exists stays as it is."""
        self.player(player_id)
        subject, now = of_player(player_id), self.clock.now()
        record = who.record(subject, "add wallet", now, new=a_currency(currency))
        self.accounts.add_wallet(player_id, currency, record)

    def change_profile(
        self,
        player_id: str,
        *,
        who: Who,
        name: str | None = None,
        country: str | None = None,
        birth_date: str | None = None,
        kyc_level: str | None = None,
    ) -> Player:
        """Set what is known of a player: `None` leaves a field, an empty text forgets it."""
        given = {"name": name, "country": country, "birth_date": birth_date, "kyc_level": kyc_level}
        said = {field: value for field, value in given.items() if value is not None}
        if not said:
            raise AdminError("invalid_request", "name at least one field to set")
        self.player(player_id)
        changes = {
            field: _PROFILE[field](value) if value else None for field, value in said.items()
        }
        audit = who.record(of_player(player_id), "set profile", self.clock.now())
        self.profiles.change(player_id, changes, audit)
        return self.player(player_id)

    def set_blocked(self, player_id: str, *, blocked: bool, who: Who) -> None:
        """Stop a player's bets, or allow them again; wins and refunds are paid either way."""
        self.player(player_id)
        audit = self._record(player_id, "block" if blocked else "unblock", who)
        self.accounts.set_blocked(player_id, blocked, audit)

    def deposit(
        self, player_id: str, currency: str, amount_minor: int, transaction_id: str, *, who: Who
    ) -> Moved:
        """Pay into an existing wallet, once for each `transaction_id`."""
        return self._move("deposit", player_id, currency, amount_minor, transaction_id, who)

    def withdraw(
        self,
        player_id: str,
        currency: str,
        amount_minor: int,
        transaction_id: str,
        reservation_id: str | None = None,
        *,
        who: Who,
    ) -> Moved:
        """Pay out of a wallet what is not reserved, or a reservation, once for each id."""
        moved = (player_id, currency, amount_minor, transaction_id, who, reservation_id)
        return self._move("withdrawal", *moved)

    def _move(
        self,
        kind: Literal["deposit", "withdrawal"],
        player_id: str,
        currency: str,
        amount_minor: int,
        transaction_id: str,
        who: Who,
        reservation_id: str | None = None,
    ) -> Moved:
        asked = (player_id, currency, amount_minor, transaction_id)
        answer = self.move(kind, *asked, reservation_id, who=who, trace_id=transaction_id)
        if answer.code != "ok":
            raise AdminError(answer.code, REFUSALS[answer.code].message)
        try:
            entry = self.history.find(PLATFORM, transaction_id)
        except RetryableError as error:
            raise OutcomeUnknownError("It was recorded, but cannot be shown.") from error
        assert isinstance(entry, Entry)  # noqa: S101 - the ledger never loses an entry
        return Moved(entry, answer.replay)

    def move(
        self,
        kind: Literal["deposit", "withdrawal"],
        player_id: str,
        currency: str,
        amount_minor: int,
        transaction_id: str,
        reservation_id: str | None = None,
        *,
        who: Who,
        trace_id: str,
    ) -> Result:
        """Record the movement like any transaction, and return what it and each copy is answered.

        A withdrawal that names a reservation pays all of it out. A refusal is recorded, too.
        Sending it again settles an unknown outcome.
        """
        if amount_minor <= 0:
            raise AdminError("invalid_request", "amount must be above 0")
        if transaction_id.startswith((GRANT_ID, END_ID)):
            raise AdminError("invalid_request", "the id is one of a grant of bonus money")
        self.wallet(player_id, currency)
        request = Transaction(
            integration=PLATFORM,
            transaction_id=an_id(transaction_id, "transaction id"),
            kind=kind,
            type=kind,
            player_id=player_id,
            currency=currency,
            amount_minor=amount_minor,
            bet_transaction_id=reservation_id,
            extra=who.explained().written(),
            trace_id=trace_id,
        )
        return self.service.transact(request, WalletTerms())

    def _record(self, player_id: str, what: str, who: Who) -> AuditRecord:
        return who.explained().record(of_player(player_id), what, self.clock.now())


def _country(value: str) -> str:
    if len(value) != 2 or not value.isascii() or not value.isalpha():
        raise AdminError("invalid_request", "country must be two letters, such as DE")
    return value.upper()


def _birth_date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise AdminError("invalid_request", "birth-date must be like 1990-12-31") from None


def _kyc_level(value: str) -> str:
    if value not in KYC_LEVELS:
        raise AdminError("invalid_request", f"kyc-level must be one of {', '.join(KYC_LEVELS)}")
    return value


_PROFILE: Final[dict[str, Callable[[str], str]]] = {
    "name": lambda value: an_id(value, "name"),
    "country": _country,
    "birth_date": _birth_date,
    "kyc_level": _kyc_level,
}
