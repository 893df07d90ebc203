"""Checks a wallet against what stands outside of the ledger: sessions, its player, and the audit.

Whoever changes a block, an exclusion, a limit or reserved funds leaves an audit record with the
change, or the change is nobody's. Sessions and players are read by key, the audit by player.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from casino.audit.model import AuditRecord
from casino.base.money import parse_major
from casino.base.times import iso_utc
from casino.limits.model import Limits
from casino.wallet.model import Entry, Player, Session, Wallet, wallet_key
from casino.wallet.ports import History, Unreadable
from casino.wallet.proof.faults import Fault, FaultCode, fault_of

_BLOCKS: Final = frozenset({"block", "unblock"})
LIMIT_CHANGES: Final = frozenset({"set limits", "confirm limits"})
_RESERVES: Final = {"reserve": 1, "release reservation": -1}


def check_sessions(entries: Sequence[Entry], history: History) -> Iterator[Fault]:
    """Check that each entry agrees with its session about player, currency and integration.

    What the session did not prove, as a refund after it, is compared with its bet elsewhere.
    """
    ids = {e.session_id for e in entries if e.session_id is not None and e.attributed}
    found: dict[str, Session] = {}
    unread: set[str] = set()
    for session in history.sessions(sorted(ids)):
        if isinstance(session, Unreadable):
            yield Fault("unreadable_item", "", None, f"{session.what}: {session.detail}")
            unread.add(session.what)
        else:
            found[session.session_id] = session
    for entry in entries:
        if entry.session_id not in ids - unread or not entry.attributed:
            continue
        stands = found.get(entry.session_id or "")
        played = entry.kind in ("bet", "hold") and entry.record == "applied"
        if stands is None or stands.integration != entry.integration:
            if played:
                detail = f"{entry.integration} has no session {entry.session_id}"
                yield fault_of(entry, "session_missing", detail)
        elif (stands.player_id, stands.currency) != (entry.player_id, entry.currency):
            detail = f"session {entry.session_id} is of {stands.player_id} in {stands.currency}"
            yield fault_of(entry, "session_mismatch", detail)


def check_standing(head: Wallet, entries: Iterable[Entry], history: History) -> Iterator[Fault]:
    """Check a wallet against its player and the audit of what people changed.

    What was changed while it was read is judged once more from the later wallet.
    """
    paid = [e for e in entries if e.kind == "withdrawal" and e.bet_transaction_id is not None]
    faults = list(_faults(head, paid, history))
    now = history.head(head.player_id, head.currency) if faults else head
    if isinstance(now, Wallet) and now.version != head.version:
        later = [each for each in _faults(now, paid, history) if each.code != "reserved_sum"]
        faults = later if now.seq != head.seq else list(_faults(now, paid, history))
    yield from faults


def _faults(head: Wallet, paid: Sequence[Entry], history: History) -> Iterator[Fault]:
    name = wallet_key(head.player_id, head.currency)
    player, changes = history.player(head.player_id), history.changes(head.player_id)
    if isinstance(player, Unreadable):
        yield Fault("unreadable_item", name, None, f"{player.what}: {player.detail}")
        return
    if player is None:
        yield Fault("player_missing", name, None, "the wallet's player does not exist")
        return
    if player.blocked != head.blocked:
        detail = f"the player's block is {player.blocked}, the wallet's {head.blocked}"
        yield Fault("block_mismatch", name, None, detail)
    limits = head.limits or Limits()
    ends = (player.self_excluded_until, player.cool_off_until)
    if ends != (limits.self_excluded_until, limits.cool_off_until):
        detail = "the exclusions of player and wallet differ"
        yield Fault("exclusion_mismatch", name, None, detail)
    if changes is None:
        return
    records: list[AuditRecord] = []
    for change in changes:
        if isinstance(change, Unreadable):
            yield Fault("unreadable_item", name, None, f"{change.what}: {change.detail}")
            return
        records.append(change)
    for code, detail in (*_changed(player, head, records), *_reserved(head, paid, records)):
        yield Fault(code, name, None, detail)


def _changed(
    player: Player, head: Wallet, records: Sequence[AuditRecord]
) -> Iterator[tuple[FaultCode, str]]:
    """Compare block, exclusions and limits with what people left."""
    blocked = _left("active", [(r.old, r.new) for r in records if r.what in _BLOCKS])
    if blocked != {"blocked" if player.blocked else "active"}:
        yield "block_not_audited", f"the block is {player.blocked}, people left {sorted(blocked)}"
    ends = {"self_exclusion": player.self_excluded_until, "cool_off": player.cool_off_until}
    for what, end in ends.items():  # which only grow
        told = max((r.new for r in records if r.what == what), default="")
        if told != (iso_utc(end) if end else ""):
            yield "exclusion_not_audited", f"{what} ends {end}, people set {told or 'none'}"
    values = head.limits.values if head.limits is not None else ()
    stands = " ".join(f"{name}={value}" for name, value in values)
    left = limits_left(records, head.currency)
    if left != {stands}:
        yield "limits_not_audited", f"the limits are {stands or 'none'}, people left {sorted(left)}"


def limits_left(records: Iterable[AuditRecord], currency: str) -> set[str]:
    """Return what people left of a wallet's limits, `name=value …`; one text if they agree."""
    steps = [
        (r.old.partition(" (waiting")[0], r.new.partition(" (waiting")[0])
        for r in records
        if r.what in LIMIT_CHANGES and r.detail == currency
    ]
    return _left("", steps)


def _left(start: str, steps: Iterable[tuple[str, str]]) -> set[str]:
    """Return where changes (old, new) lead; not their times, which may be equal, tell the order.

    It is one state when each change began where another one ended.
    """
    count = Counter([start])
    for old, new in steps:
        count[old] -= 1
        count[new] += 1
    return {state for state, times in count.items() if times}


def _reserved(
    head: Wallet, paid: Sequence[Entry], records: Sequence[AuditRecord]
) -> Iterator[tuple[FaultCode, str]]:
    """Compare the reserved funds with held wins, and reservations less releases and payouts."""
    total = head.held_wins_minor
    for record in records:
        amount, _, rest = record.detail.partition(" ")
        if record.what in _RESERVES and rest.startswith(f"{head.currency},"):
            try:
                total += _RESERVES[record.what] * parse_major(amount, head.currency)
            except (LookupError, ValueError):
                yield "reserved_sum", f"nobody can read what was reserved: {record.detail}"
                return
    total -= sum(e.amount_minor for e in paid if e.record == "applied" and e.seq <= head.seq)
    if total != head.reserved_minor:
        yield "reserved_sum", f"{head.reserved_minor} are reserved, its reservations are {total}"
