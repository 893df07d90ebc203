"""Money as JSON shows it: players, wallets, the rows of a history, and the story of a transaction.

The API and the command line say the same. Amounts are exact decimals of the currency's main unit.
"""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from casino.base.money import amount
from casino.wallet.explain import BARRED, Story
from casino.wallet.model import Entry, Player, Tombstone, Wallet, platform_transaction_id

type Cell = str | int | Decimal | None

#: The names of a history's row, in this order.
COLUMNS: Final = (
    *("seq", "at", "integration", "transaction_id", "platform_transaction_id", "trace_id"),
    *("kind", "type", "outcome", "rule", "amount", "balance_before", "balance_after", "reserved"),
    *("session_id", "round_id", "game_id", "refunds_bet", "refunded_by", "reservation_id", "bonus"),
)


def player_shown(player: Player) -> dict[str, Any]:
    """Return a player with the profile; what is not known is `None`."""
    return {
        "player_id": player.player_id,
        "blocked": player.blocked,
        "created_at": player.created_at,
        "profile": profile_shown(player),
    }


def profile_shown(player: Player) -> dict[str, Cell]:
    """Return what is known of a player beside the wallet."""
    return {
        "name": player.name,
        "country": player.country,
        "birth_date": player.birth_date,
        "kyc_level": player.kyc_level,
    }


def wallet_shown(wallet: Wallet) -> dict[str, Any]:
    """Return a wallet; what open holds took is no longer in its balance."""
    minors = {
        "balance": wallet.balance_minor,
        "spendable": wallet.spendable_minor,
        "reserved": wallet.reserved_minor,
        "held": wallet.held_minor,
        "held_wins": wallet.held_wins_minor,
    }
    money = {name: amount(minor, wallet.currency) for name, minor in minors.items()}
    grant = wallet.bonus.grant if wallet.bonus is not None else None
    if grant is not None:
        money["bonus"] = amount(grant.balance_minor, wallet.currency)
    return {"currency": wallet.currency, **money, "blocked": wallet.blocked, "seq": wallet.seq}


def rows_shown(rows: list[Entry | Tombstone]) -> list[dict[str, Cell]]:
    """Return the rows of a history; a tombstone has the number of the refund that left it."""
    seqs = {
        (row.integration, row.transaction_id): row.seq for row in rows if isinstance(row, Entry)
    }
    return [_entry(row) if isinstance(row, Entry) else _stone(row, seqs) for row in rows]


def _entry(entry: Entry) -> dict[str, Cell]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "integration": entry.integration,
        "transaction_id": entry.transaction_id,
        "platform_transaction_id": platform_transaction_id(entry.integration, entry.transaction_id),
        "trace_id": entry.trace_id,
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
        "game_id": entry.game_id,
        "refunds_bet": _bet_of(entry),
        "refunded_by": None,
        "reservation_id": reservation_of(entry),
        "bonus": amount(dict(entry.postings).get("bonus", 0), entry.currency),
    }


def reservation_of(entry: Entry) -> str | None:
    """Return the reservation that a withdrawal paid out: it stands where other kinds name a bet."""
    return entry.bet_transaction_id if entry.kind == "withdrawal" else None


def _bet_of(entry: Entry) -> str | None:
    return entry.bet_transaction_id if entry.kind != "withdrawal" else None


def _stone(stone: Tombstone, seqs: Mapping[tuple[str, str], int]) -> dict[str, Cell]:
    return dict.fromkeys(COLUMNS) | {
        "seq": seqs.get((stone.integration, stone.refund_transaction_id)),
        "at": stone.at,
        "integration": stone.integration,
        "transaction_id": stone.bet_transaction_id,
        "kind": "bet",
        "outcome": "tombstone",
        "rule": "bet_cancelled",
        "refunded_by": stone.refund_transaction_id,
    }


def story_shown(found: Story | Tombstone) -> dict[str, Any]:
    """Return the story of a transaction."""
    return _barred(found) if isinstance(found, Tombstone) else _story(found)


def _story(story: Story) -> dict[str, Any]:
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
        "refunds_bet": _bet_of(entry),
        "reservation_id": reservation_of(entry),
        "refunded_by": story.void.refund_transaction_id if story.void else None,
        **({"asked_by": story.who.name, "reason": story.who.reason} if story.who else {}),
        "held": amount(entry.held_win_minor, entry.currency),
        "released": asdict(story.release) if story.release else None,
        "at": entry.at,
        "trace_id": entry.trace_id,
        "response": {"status": entry.status, "body": entry.body},
        **_grant(entry),
        "chain": _chain(story),
        "replays_seen": story.replays,
    }


def _grant(entry: Entry) -> dict[str, Any]:
    """Return what an entry says of a grant, where it says something."""
    if entry.bonus is None:
        return {}
    part, currency = entry.bonus, entry.currency
    minors = {
        "balance_after": part.balance_minor,
        "counted": part.wagered_minor,
        "wagered": part.total_minor,
        "required": part.required_minor,
    }
    money = {name: amount(minor, currency) for name, minor in minors.items()}
    return {"bonus": {"grant_id": part.grant_id, **money}}


def _chain(story: Story) -> dict[str, Any]:
    return {
        "seq": story.entry.seq,
        "previous_hash": story.entry.previous_hash,
        "hash": story.entry.hash,
        "hash_matches": story.intact,
    }


def _barred(stone: Tombstone) -> dict[str, Any]:
    return {
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
