"""Players and their money: what the platform's back office does to a wallet."""

from typing import Annotated, Final
from uuid import uuid4

import typer

from casino.base.errors import RetryableError
from casino.base.times import iso_utc
from casino.integrations.model import WalletTerms
from casino.wallet.model import PLATFORM, Entry, Kind, Player, Transaction, Wallet
from casino.wallet.refusals import REFUSALS
from ops.checks import a_currency, an_amount, an_id, existing_player
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Cell, Output, amount, fields, table
from ops.profile import change_profile, known

_PLATFORM = WalletTerms()

PlayerArgument = Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")]
CurrencyArgument = Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")]
AmountArgument = Annotated[str, typer.Argument(help="Such as 10.50.", metavar="AMOUNT")]
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
) -> Output:
    """Pay into a player's wallet; the first time creates the player and the wallet."""
    minor = an_amount(value, currency)
    now = iso_utc(operations.clock.now())
    operations.accounts.add_player(Player(an_id(player_id, "player"), False, now))
    operations.accounts.add_wallet(player_id, currency)
    return _move(operations, "deposit", player_id, currency, minor, transaction_id)


def withdraw(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    value: AmountArgument,
    transaction_id: TransactionOption = None,
) -> Output:
    """Pay out of a player's wallet what is not reserved."""
    minor = an_amount(value, currency)
    _existing_wallet(operations, player_id, currency)
    return _move(operations, "withdrawal", player_id, currency, minor, transaction_id)


def show(operations: Operations, player_id: PlayerArgument) -> Output:
    """Show a player and all wallets."""
    player = existing_player(operations, player_id)
    wallets = sorted(operations.accounts.wallets(player_id), key=lambda wallet: wallet.currency)
    profile = known(player)
    data = {
        "player_id": player.player_id,
        "blocked": player.blocked,
        "profile": profile,
        "wallets": [_wallet(wallet) for wallet in wallets],
    }
    state = "blocked" if player.blocked else "active"
    head = ["currency", "balance", "reserved", "spendable", "seq"]
    rows = [list(_wallet(wallet).values()) for wallet in wallets]
    lines = [f"{player.player_id} ({state})", *fields(profile.items()), "", *table(head, rows)]
    return Output(data, lines)


def reserve(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    value: AmountArgument,
) -> Output:
    """Hold an amount of the balance back from play; 0 gives all of it back."""
    minor = an_amount(value, currency, zero=True)
    _existing_wallet(operations, player_id, currency)
    try:
        operations.accounts.set_reserved(player_id, currency, minor)
    except ValueError as error:
        raise OpsError("insufficient_funds", str(error)) from error
    wallet = _existing_wallet(operations, player_id, currency)
    data = {"player_id": player_id, **_wallet(wallet)}
    return Output(data, [f"{player_id}: {currency} {value} reserved"])


def block(operations: Operations, player_id: PlayerArgument) -> Output:
    """Stop a player's bets; wins and refunds are still paid."""
    return _set_blocked(operations, player_id, blocked=True)


def unblock(operations: Operations, player_id: PlayerArgument) -> Output:
    """Let a player bet again."""
    return _set_blocked(operations, player_id, blocked=False)


def _set_blocked(operations: Operations, player_id: str, *, blocked: bool) -> Output:
    existing_player(operations, player_id)
    operations.accounts.set_blocked(player_id, blocked)
    state = "blocked" if blocked else "active"
    return Output({"player_id": player_id, "blocked": blocked}, [f"{player_id} is {state}"])


def _move(
    operations: Operations,
    kind: Kind,
    player_id: str,
    currency: str,
    minor: int,
    given: str | None,
) -> Output:
    """Record a deposit or withdrawal like any transaction: once for each id."""
    transaction_id = an_id(given or f"ops-{uuid4()}", "transaction id")
    request = Transaction(
        integration=PLATFORM,
        transaction_id=transaction_id,
        kind=kind,
        type=kind,
        player_id=player_id,
        currency=currency,
        amount_minor=minor,
        trace_id=transaction_id,
    )
    if given is None:
        # Said before it is sent: whatever happens to this process, it can be repeated safely.
        typer.echo(f"transaction {transaction_id}", err=True)
    again = f"Repeat it with --transaction-id {transaction_id}"
    try:
        answer = operations.wallet.transact(request, _PLATFORM)
    except RetryableError as error:
        raise OpsError(error.code, f"{REFUSALS[error.code].message} {again}") from error
    if answer.code != "ok":
        raise OpsError(answer.code, REFUSALS[answer.code].message)
    try:
        entry = operations.history.find(PLATFORM, transaction_id)
    except RetryableError as error:
        raise OpsError(
            "outcome_unknown", f"It was recorded, but cannot be shown. {again}"
        ) from error
    assert isinstance(entry, Entry)  # noqa: S101 - the ledger never loses an entry
    return _moved(entry, replay=answer.replay)


def _moved(entry: Entry, *, replay: bool) -> Output:
    moved = amount(entry.amount_minor, entry.currency)
    balance = amount(entry.balance_after_minor, entry.currency)
    data = {
        "transaction_id": entry.transaction_id,
        "kind": entry.kind,
        "player_id": entry.player_id,
        "currency": entry.currency,
        "amount": moved,
        "balance": balance,
        "seq": entry.seq,
        "replay": replay,
    }
    lines = fields(
        [
            (entry.kind, f"{moved:f} {entry.currency}"),
            ("player", entry.player_id),
            ("balance after", f"{balance:f} {entry.currency}"),
            ("transaction", entry.transaction_id),
        ]
    )
    if replay:
        lines.append("This transaction was recorded before; nothing moved now.")
    return Output(data, lines)


def _wallet(wallet: Wallet) -> dict[str, Cell]:
    return {
        "currency": wallet.currency,
        "balance": amount(wallet.balance_minor, wallet.currency),
        "reserved": amount(wallet.reserved_minor, wallet.currency),
        "spendable": amount(wallet.spendable_minor, wallet.currency),
        "seq": wallet.seq,
    }


def _existing_wallet(operations: Operations, player_id: str, currency: str) -> Wallet:
    existing_player(operations, player_id)
    wallet = operations.accounts.wallet(player_id, a_currency(currency))
    if wallet is None:
        raise OpsError("wallet_not_found", f"player {player_id} has no {currency} wallet")
    return wallet


VERBS: Final = {
    "fund": fund,
    "withdraw": withdraw,
    "show": show,
    "reserve": reserve,
    "block": block,
    "unblock": unblock,
    "set": change_profile,
}
