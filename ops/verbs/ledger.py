"""Reads the ledger, and proves it."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from casino.base.checks import a_currency
from casino.wallet.explain import BARRED, Story
from casino.wallet.model import Entry, Tombstone
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Cell, Output, amount, fields, table

#: A replay writes nothing: docs/adr/0008-replays-are-counted-from-logs.md.
_REACH: Final = "as far back as the logs reach"
_HEAD = ("seq", "at", "kind", "type", "outcome", "amount", "before", "after", "rule", "transaction")


def history(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    currency: Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")],
) -> Output:
    """List a wallet's entries and refusals; a refusal has the number of the entry before it."""
    found = operations.ledger.of_wallet(player_id, currency)
    data = {
        "player_id": player_id,
        "currency": currency,
        "complete": found.complete,
        "entries": [_entry(entry) for entry in found.entries],
    }
    lines = table(_HEAD, [_row(entry) for entry in found.entries])
    if not found.complete:
        lines.append("The index still lacks some entries: ask again.")
    return Output(data, lines)


def explain(
    operations: Operations,
    transaction_id: Annotated[str, typer.Argument(help="The provider's id for it.")],
    integration: Annotated[str | None, typer.Option(help="The integration that sent it.")] = None,
) -> Output:
    """Tell who, what, why, the balance before and after, and what became of it."""
    found = operations.ledger.explain(transaction_id, integration)
    return _barred(found) if isinstance(found, Tombstone) else Output(_story(found), _told(found))


def verify(
    operations: Operations,
    player_id: Annotated[str | None, typer.Argument(metavar="PLAYER")] = None,
    currency: Annotated[str | None, typer.Argument(metavar="CURRENCY")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every wallet, as without PLAYER.")
    ] = False,
) -> Output:
    """Recompute sequence, sums, postings, chain and markers; list each fault, and then exit 1."""
    verifier = operations.verifier
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
        "reserved": amount(entry.reserved_minor, entry.currency),
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


def _barred(stone: Tombstone) -> Output:
    data = {
        "integration": stone.integration,
        "transaction_id": stone.bet_transaction_id,
        "outcome": "tombstone",
        "kind": "bet",
        "player_id": stone.player_id,
        "currency": stone.currency,
        "rule": "bet_cancelled",
        "explanation": BARRED,
        "refunded_by": stone.refund_transaction_id,
        "at": stone.at,
    }
    lines = fields(
        [
            ("transaction", f"{stone.bet_transaction_id} of {stone.integration}"),
            ("who", f"player {stone.player_id} ({stone.currency})"),
            ("what", "a bet that never came: a tombstone stands in its place"),
            ("why", BARRED),
            ("refunded by", f"{stone.refund_transaction_id} at {stone.at}"),
        ]
    )
    return Output(data, lines)


def _story(story: Story) -> dict[str, object]:
    entry = story.entry
    money = {
        "amount": amount(entry.amount_minor, entry.currency),
        "balance_before": amount(entry.balance_before_minor, entry.currency),
        "balance_after": amount(entry.balance_after_minor, entry.currency),
        "reserved": amount(entry.reserved_minor, entry.currency),
        "spendable_before": amount(entry.spendable_before_minor, entry.currency),
        "postings": {name: amount(minor, entry.currency) for name, minor in entry.postings},
    }
    return {
        "integration": entry.integration,
        "transaction_id": entry.transaction_id,
        "platform_transaction_id": story.reference,
        "outcome": entry.record,
        "kind": entry.kind,
        "type": entry.type,
        "player_id": entry.player_id,
        "currency": entry.currency,
        **money,
        "rule": entry.rule,
        "explanation": story.explanation,
        "session_id": entry.session_id,
        "session_status": story.session_status,
        "game_id": entry.game_id,
        "round_id": entry.round_id,
        "finished": entry.finished,
        "refunds_bet": entry.bet_transaction_id,
        "refunded_by": story.void.refund_transaction_id if story.void else None,
        **({"asked_by": story.who.name, "reason": story.who.reason} if story.who else {}),
        "held": amount(entry.held_win_minor, entry.currency),
        "released": asdict(story.release) if story.release else None,
        "at": entry.at,
        "trace_id": entry.trace_id,
        "response": {"status": entry.status, "body": entry.body},
        "chain": _chain(story),
        "replays_seen": story.replays,
    }


def _chain(story: Story) -> dict[str, object]:
    return {
        "seq": story.entry.seq,
        "previous_hash": story.entry.previous_hash,
        "hash": story.entry.hash,
        "hash_matches": story.intact,
    }


def _told(story: Story) -> list[str]:
    entry = story.entry
    before = amount(entry.balance_before_minor, entry.currency)
    after = amount(entry.balance_after_minor, entry.currency)
    stake = amount(entry.amount_minor, entry.currency)
    postings = [f"{name} {amount(minor, entry.currency):+f}" for name, minor in entry.postings]
    session = f"{entry.session_id} (now {story.session_status or 'unknown'})"
    who = f"player {entry.player_id} ({entry.currency})"
    what = f"{entry.kind} ({entry.type}) of {stake:f} {entry.currency}, {entry.record}"
    if entry.kind == "notice":
        who, what = "the integration, for all of its players", f"notice ({entry.type}), noted"
    position = f"entry {entry.seq}" if entry.record == "applied" else f"after entry {entry.seq}"
    intact = "intact" if story.intact else "ALTERED"
    unknown = "unknown (logs not readable)"
    pairs = [
        ("transaction", f"{entry.transaction_id} of {entry.integration}"),
        ("our reference", story.reference),
        ("who", who),
        ("what", what),
        ("why", f"{story.explanation} ({entry.rule})"),
        ("balance", f"{before:f} before, {after:f} after" if entry.player_id else ""),
        ("spendable", _spendable(entry)),
        ("postings", ", ".join(postings)),
        ("session", session if entry.session_id else ""),
        ("game", entry.game_id or ""),
        ("round", _round(entry)),
        ("refunds bet", entry.bet_transaction_id or ""),
        ("refunded by", story.void.refund_transaction_id if story.void else ""),
        ("asked by", f"{story.who.name}: {story.who.reason}" if story.who else ""),
        ("held", _held(story)),
        ("recorded", f"{entry.at}, trace {entry.trace_id}"),
        ("response", f"{entry.status} {entry.body}"),
        ("chain", f"{position}, hash {entry.hash[:16]}… {intact}"),
        ("replays seen", unknown if story.replays is None else f"{story.replays}, {_REACH}"),
    ]
    return fields([(name, value) for name, value in pairs if value])


def _spendable(entry: Entry) -> str:
    """Say what was left to play with, where a reservation held something back."""
    if not entry.reserved_minor:
        return ""
    minors = (entry.spendable_before_minor, entry.reserved_minor)
    spendable, reserved = (amount(minor, entry.currency) for minor in minors)
    return f"{spendable:f} before, {reserved:f} reserved"


def _held(story: Story) -> str:
    """Say whether a held win still is."""
    if not story.entry.held_win_minor:
        return ""
    release = story.release
    if release is None:
        return "until it is released: ops win release"
    return f"released at {release.at} by {release.who}: {release.reason}"


def _round(entry: Entry) -> str:
    if entry.round_id is None:
        return ""
    return f"{entry.round_id}, finished by this" if entry.finished else entry.round_id


VERBS: Final = {"history": history, "explain": explain, "verify": verify}
