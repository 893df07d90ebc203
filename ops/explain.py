"""Tell the whole story of one transaction: who, what, why, and what became of it."""

from dataclasses import dataclass

from casino.wallet.chain import entry_hash
from casino.wallet.model import PLATFORM, Entry, Tombstone, VoidMarker, platform_transaction_id
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output, amount, fields
from ops.replays import replays_seen
from ops.rules import in_words


@dataclass(frozen=True)
class _Story:
    """An entry with what belongs to it."""

    entry: Entry
    void: VoidMarker | None
    session_status: str | None
    replays: int | None


def explain_transaction(
    operations: Operations, transaction_id: str, integration: str | None
) -> Output:
    """Return the story of a transaction; raises `OpsError` when there is none, or more than one."""
    record = _find(operations, transaction_id, integration)
    if isinstance(record, Tombstone):
        return _barred(record)
    entry = record
    void = None
    if entry.kind == "bet":
        void = operations.history.void(entry.integration, entry.transaction_id)
    session = operations.sessions.get(entry.session_id) if entry.session_id else None
    replays = replays_seen(operations, entry.integration, entry.transaction_id, entry.at)
    story = _Story(entry, void, session.status if session else None, replays)
    return Output(_data(story), _lines(story))


def _find(
    operations: Operations, transaction_id: str, integration: str | None
) -> Entry | Tombstone:
    names = [integration] if integration else [PLATFORM, *sorted(operations.registry.names())]
    records = [operations.history.find(name, transaction_id) for name in names]
    found = [record for record in records if record is not None]
    if not found:
        raise OpsError("transaction_not_found", f"no transaction {transaction_id} is recorded")
    if len(found) > 1:
        owners = ", ".join(record.integration for record in found)
        message = f"{owners} each have a transaction {transaction_id}: say which, --integration"
        raise OpsError("ambiguous_transaction", message)
    return found[0]


def _barred(stone: Tombstone) -> Output:
    words = "The bet was refunded before it arrived: it never debits, and its copies are refused."
    data = {
        "integration": stone.integration,
        "transaction_id": stone.bet_transaction_id,
        "outcome": "tombstone",
        "kind": "bet",
        "player_id": stone.player_id,
        "currency": stone.currency,
        "rule": "bet_cancelled",
        "explanation": words,
        "refunded_by": stone.refund_transaction_id,
        "at": stone.at,
    }
    lines = fields(
        [
            ("transaction", f"{stone.bet_transaction_id} of {stone.integration}"),
            ("who", f"player {stone.player_id} ({stone.currency})"),
            ("what", "a bet that never came: a tombstone stands in its place"),
            ("why", words),
            ("refunded by", f"{stone.refund_transaction_id} at {stone.at}"),
        ]
    )
    return Output(data, lines)


def _data(story: _Story) -> dict[str, object]:
    entry = story.entry
    money = {
        "amount": amount(entry.amount_minor, entry.currency),
        "balance_before": amount(entry.balance_before_minor, entry.currency),
        "balance_after": amount(entry.balance_after_minor, entry.currency),
        "postings": {name: amount(minor, entry.currency) for name, minor in entry.postings},
    }
    return {
        "integration": entry.integration,
        "transaction_id": entry.transaction_id,
        "platform_transaction_id": _reference(entry),
        "outcome": entry.record,
        "kind": entry.kind,
        "type": entry.type,
        "player_id": entry.player_id,
        "currency": entry.currency,
        **money,
        "rule": entry.rule,
        "explanation": in_words(entry),
        "session_id": entry.session_id,
        "session_status": story.session_status,
        "game_id": entry.game_id,
        "round_id": entry.round_id,
        "finished": entry.finished,
        "refunds_bet": entry.bet_transaction_id,
        "refunded_by": story.void.refund_transaction_id if story.void else None,
        "at": entry.at,
        "trace_id": entry.trace_id,
        "response": {"status": entry.status, "body": entry.body},
        "chain": {
            "seq": entry.seq,
            "previous_hash": entry.previous_hash,
            "hash": entry.hash,
            "hash_matches": entry_hash(entry) == entry.hash,
        },
        "replays_seen": story.replays,
    }


def _lines(story: _Story) -> list[str]:
    entry = story.entry
    before = amount(entry.balance_before_minor, entry.currency)
    after = amount(entry.balance_after_minor, entry.currency)
    stake = amount(entry.amount_minor, entry.currency)
    postings = [f"{name} {amount(minor, entry.currency):+f}" for name, minor in entry.postings]
    session = f"{entry.session_id} (now {story.session_status or 'unknown'})"
    position = f"entry {entry.seq}" if entry.record == "applied" else f"after entry {entry.seq}"
    intact = "intact" if entry_hash(entry) == entry.hash else "ALTERED"
    unknown = "unknown (logs not readable)"
    pairs = [
        ("transaction", f"{entry.transaction_id} of {entry.integration}"),
        ("our reference", _reference(entry)),
        ("who", f"player {entry.player_id} ({entry.currency})"),
        ("what", f"{entry.kind} ({entry.type}) of {stake:f} {entry.currency}, {entry.record}"),
        ("why", f"{in_words(entry)} ({entry.rule})"),
        ("balance", f"{before:f} before, {after:f} after"),
        ("postings", ", ".join(postings)),
        ("session", session if entry.session_id else ""),
        ("game", entry.game_id or ""),
        ("round", _round(entry)),
        ("refunds bet", entry.bet_transaction_id or ""),
        ("refunded by", story.void.refund_transaction_id if story.void else ""),
        ("recorded", f"{entry.at}, trace {entry.trace_id}"),
        ("response", f"{entry.status} {entry.body}"),
        ("chain", f"{position}, hash {entry.hash[:16]}… {intact}"),
        ("replays seen", unknown if story.replays is None else str(story.replays)),
    ]
    return fields([(name, value) for name, value in pairs if value])


def _round(entry: Entry) -> str:
    if entry.round_id is None:
        return ""
    return f"{entry.round_id}, finished by this" if entry.finished else entry.round_id


def _reference(entry: Entry) -> str:
    return platform_transaction_id(entry.integration, entry.transaction_id)
