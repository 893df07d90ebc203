"""Players and their money, as the platform's back office manages them."""

from typing import Annotated, Final
from uuid import uuid4

import typer

from casino.accounts.admin import Moved
from casino.accounts.limit_words import moment_of
from casino.accounts.model import KYC_LEVELS, Exclusion
from casino.audit.model import Who
from casino.base.checks import a_currency
from casino.base.errors import RetryableError
from casino.base.money import AmountError, AmountPrecisionError, amount, parse_major
from casino.base.times import iso_utc
from casino.wallet.refusals import REFUSALS
from casino.wallet.shown import profile_shown, wallet_shown
from ops.context import Asked, Explained, Operations
from ops.errors import OpsError
from ops.output import Output, fields, table
from ops.verbs.merchant import sync

PlayerArgument = Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")]
CurrencyArgument = Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")]
AmountArgument = Annotated[str, typer.Argument(help="Such as 10.50.", metavar="AMOUNT")]
UntilOption = Annotated[
    str | None, typer.Option(help="Such as 2027-01-31T00:00:00Z.", metavar="TIME")
]
TransactionOption = Annotated[
    str | None,
    typer.Option(help="The same id moves money once; without it, a new one is made."),
]


def fund(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    value: AmountArgument,
    transaction_id: TransactionOption = None,
    *,
    who: Explained,
) -> Output:
    """Pay into a player's wallet; the first deposit creates player and wallet."""
    players, minor = operations.players, _minor(value, currency)
    players.create(player_id, currency, who=who)
    given = transaction_id or _announced()
    try:
        return _moved(players.deposit(player_id, currency, minor, given, who=who))
    except RetryableError as error:
        raise _repeat(error, f"--transaction-id {given}") from error


def withdraw(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    value: AmountArgument,
    transaction_id: TransactionOption = None,
    reservation: Annotated[str | None, typer.Option(help="Pay this reservation out.")] = None,
    *,
    who: Explained,
) -> Output:
    """Pay out of a player's wallet; what is reserved stays, unless it is what is paid."""
    players, minor = operations.players, _minor(value, currency)
    players.wallet(player_id, currency)  # before an id is announced
    given = transaction_id or _announced()
    try:
        moved = (player_id, currency, minor, given, reservation)
        return _moved(players.withdraw(*moved, who=who))
    except RetryableError as error:
        raise _repeat(error, f"--transaction-id {given}") from error


def show(operations: Operations, player_id: PlayerArgument) -> Output:
    """Show a player and all wallets."""
    player = operations.players.player(player_id)
    wallets = [wallet_shown(wallet) for wallet in operations.players.wallets(player_id)]
    profile = profile_shown(player)
    data = {
        "player_id": player.player_id,
        "blocked": player.blocked,
        "profile": profile,
        "wallets": wallets,
    }
    state = "blocked" if player.blocked else "active"
    head = list(wallets[0]) if wallets else []
    rows = [list(wallet.values()) for wallet in wallets]
    lines = [f"{player.player_id} ({state})", *fields(profile.items()), "", *table(head, rows)]
    return Output(data, lines)


def reserve(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    value: AmountArgument,
    reservation_id: Annotated[str | None, typer.Option(help="The same id reserves once.")] = None,
    *,
    who: Explained,
) -> Output:
    """Hold an amount back from play for a payout, until it is paid out or released."""
    minor, name = _minor(value, currency), reservation_id or _announced("reservation", "res")
    try:
        operations.reservations.reserve(player_id, currency, minor, name, who=who)
    except RetryableError as error:
        raise _repeat(error, f"--reservation-id {name}") from error
    return _reserved(operations, player_id, currency, f"{name} holds {value} {currency}", name)


def release(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    reservation_id: Annotated[str, typer.Argument(help="Its id.", metavar="RESERVATION")],
    *,
    who: Explained,
) -> Output:
    """Give a reservation back to play."""
    operations.reservations.release(player_id, currency, reservation_id, who=who)
    said = f"{reservation_id} is released"
    return _reserved(operations, player_id, currency, said, reservation_id)


def block(operations: Operations, player_id: PlayerArgument, *, who: Explained) -> Output:
    """Stop a player's bets; wins and refunds are still paid."""
    operations.players.set_blocked(player_id, blocked=True, who=who)
    return Output({"player_id": player_id, "blocked": True}, [f"{player_id} is blocked"])


def unblock(operations: Operations, player_id: PlayerArgument, *, who: Explained) -> Output:
    """Let a player bet again."""
    operations.players.set_blocked(player_id, blocked=False, who=who)
    return Output({"player_id": player_id, "blocked": False}, [f"{player_id} is active"])


def exclude(
    operations: Operations,
    player_id: PlayerArgument,
    until: UntilOption = None,
    for_good: Annotated[bool, typer.Option("--for-good", help="It never ends.")] = False,
    *,
    who: Explained,
) -> Output:
    """Exclude a player from bets and launches; it can be lengthened, never shortened."""
    if (until is None) != for_good:
        raise OpsError("invalid_request", "say either --until or --for-good")
    return _excluded(operations, player_id, "self_exclusion", until, who)


def cool_off(
    operations: Operations,
    player_id: PlayerArgument,
    until: UntilOption = None,
    *,
    who: Explained,
) -> Output:
    """Give a player a break of six weeks at most."""
    if until is None:
        raise OpsError("invalid_request", "say --until when")
    return _excluded(operations, player_id, "cool_off", until, who)


def _excluded(
    operations: Operations, player_id: str, what: Exclusion, until: str | None, who: Who
) -> Output:
    end_s = None if until is None else moment_of(until)
    end = iso_utc(operations.limits.exclude(player_id, what, end_s, who=who))
    data = {"player_id": player_id, what: end}
    return Output(data, [f"{player_id} places no bet before {end}"])


def change_profile(
    operations: Operations,
    player_id: PlayerArgument,
    name: Annotated[str | None, typer.Option(help="The nickname that games show.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, such as DE.")] = None,
    birth_date: Annotated[str | None, typer.Option(help="Such as 1990-12-31.")] = None,
    kyc_level: Annotated[str | None, typer.Option(help=", ".join(KYC_LEVELS))] = None,
    *,
    who: Asked,
) -> Output:
    """Record what is known about a player; an empty text deletes it."""
    player = operations.players.change_profile(
        player_id,
        who=who,
        name=name,
        country=country,
        birth_date=birth_date,
        kyc_level=kyc_level,
    )
    data = {"player_id": player_id, **profile_shown(player)}
    lines = fields([("player", player_id), *profile_shown(player).items()])
    return Output(data, lines)


def _reserved(
    operations: Operations, player_id: str, currency: str, said: str, reservation_id: str
) -> Output:
    wallet = wallet_shown(operations.players.wallet(player_id, currency))
    data = {"player_id": player_id, "reservation_id": reservation_id, **wallet}
    return Output(data, [f"{player_id}: {said}"])


def _minor(value: str, currency: str) -> int:
    """Return what was typed in minor units."""
    try:
        minor = parse_major(value, a_currency(currency))
    except AmountPrecisionError as error:
        raise OpsError("amount_precision", str(error)) from error
    except AmountError as error:
        raise OpsError("invalid_request", str(error)) from error
    if minor == 0:
        raise OpsError("invalid_request", "amount must be above 0")
    return minor


def _announced(what: str = "transaction", prefix: str = "ops") -> str:
    """Make an id, and say it before it is sent: whatever happens to this process, the movement
    can be repeated safely."""
    made = f"{prefix}-{uuid4()}"
    typer.echo(f"{what} {made}", err=True)
    return made


def _repeat(error: RetryableError, option: str) -> OpsError:
    message = str(error) or REFUSALS[error.code].message
    return OpsError(error.code, f"{message} Repeat it with {option}")


def _moved(moved: Moved) -> Output:
    entry = moved.entry
    value = amount(entry.amount_minor, entry.currency)
    balance = amount(entry.balance_after_minor, entry.currency)
    data = {
        "transaction_id": entry.transaction_id,
        "kind": entry.kind,
        "player_id": entry.player_id,
        "currency": entry.currency,
        "amount": value,
        "balance": balance,
        "seq": entry.seq,
        "replay": moved.replay,
    }
    lines = fields(
        [
            (entry.kind, f"{value:f} {entry.currency}"),
            ("player", entry.player_id),
            ("balance after", f"{balance:f} {entry.currency}"),
            ("transaction", entry.transaction_id),
        ]
    )
    if moved.replay:
        lines.append("This transaction was recorded before; nothing moved now.")
    return Output(data, lines)


VERBS: Final = {
    "fund": fund,
    "withdraw": withdraw,
    "show": show,
    "reserve": reserve,
    "release": release,
    "block": block,
    "unblock": unblock,
    "exclude": exclude,
    "cool-off": cool_off,
    "set": change_profile,
    "sync": sync,
}
