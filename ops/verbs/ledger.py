"""Read the ledger, and prove it."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from casino.wallet.model import Entry
from casino.wallet.proof.verify import Verifier
from ops.checks import a_currency, existing_player
from ops.context import Operations
from ops.errors import OpsError
from ops.explain import explain_transaction
from ops.output import Cell, Output, amount, table

_HEAD = ("seq", "at", "kind", "type", "outcome", "amount", "before", "after", "rule", "transaction")


def history(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    currency: Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")],
) -> Output:
    """List a wallet's entries, refusals too; a refusal has the number that it came after."""
    existing_player(operations, player_id)
    wallet = operations.accounts.wallet(player_id, a_currency(currency))
    entries = list(operations.history.of_wallet(player_id, currency))
    applied = [entry.seq for entry in entries if entry.record == "applied"]
    # The index may lag behind the ledger: say so rather than hide the tail.
    complete = wallet is None or wallet.seq <= len(applied)
    data = {
        "player_id": player_id,
        "currency": currency,
        "complete": complete,
        "entries": [_entry(entry) for entry in entries],
    }
    lines = table(_HEAD, [_row(entry) for entry in entries])
    if not complete:
        lines.append("The index still lacks entries: ask again.")
    return Output(data, lines)


def explain(
    operations: Operations,
    transaction_id: Annotated[str, typer.Argument(help="The provider's id for it.")],
    integration: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
) -> Output:
    """Tell who, what, why, the balance before and after, and what became of it."""
    return explain_transaction(operations, transaction_id, integration)


def verify(
    operations: Operations,
    player_id: Annotated[str | None, typer.Argument(metavar="PLAYER")] = None,
    currency: Annotated[str | None, typer.Argument(metavar="CURRENCY")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every wallet; also without a player.")
    ] = False,
) -> Output:
    """Recompute sequence, sums, postings, chain and markers; name each fault, and exit 1."""
    verifier = Verifier(operations.history, operations.accounts)
    if player_id is None or everything:
        if player_id is not None:
            raise typer.BadParameter("give a player and currency, or --all")
        found = verifier.everything()
    elif currency is None:
        raise typer.BadParameter("give the currency of the wallet, too")
    else:
        try:
            found = verifier.wallet(player_id, a_currency(currency))
        except LookupError as error:
            raise OpsError("wallet_not_found", str(error)) from error
    data = {
        "ok": not found.faults,
        "wallets": found.wallets,
        "entries": found.entries,
        "faults": [asdict(fault) for fault in found.faults],
    }
    lines = [f"{found.wallets} wallets, {found.entries} entries, {len(found.faults)} faults"]
    if found.faults:
        rows = [
            (fault.code, fault.wallet, fault.transaction_id, fault.detail) for fault in found.faults
        ]
        lines += ["", *table(("fault", "wallet", "transaction", "detail"), rows)]
    return Output(data, lines, exit_code=1 if found.faults else 0)


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "integration": entry.integration,
        "transaction_id": entry.transaction_id,
        "kind": entry.kind,
        "type": entry.type,
        "outcome": entry.record,
        "rule": entry.rule,
        "amount": amount(entry.amount_minor, entry.currency),
        "balance_before": amount(entry.balance_before_minor, entry.currency),
        "balance_after": amount(entry.balance_after_minor, entry.currency),
        "session_id": entry.session_id,
        "round_id": entry.round_id,
        "refunds_bet": entry.bet_transaction_id,
    }


def _row(entry: Entry) -> tuple[Cell, ...]:
    money = (entry.amount_minor, entry.balance_before_minor, entry.balance_after_minor)
    return (
        entry.seq,
        entry.at,
        entry.kind,
        entry.type,
        entry.record,
        *(amount(minor, entry.currency) for minor in money),
        entry.rule,
        entry.transaction_id,
    )


VERBS: Final = {"history": history, "explain": explain, "verify": verify}
