"""Derives a wallet from its entries: pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from casino.limits.decide import folded
from casino.limits.model import Limits
from casino.wallet.chain import genesis_hash
from casino.wallet.hold import HELD
from casino.wallet.limited import moved
from casino.wallet.model import Entry, Player, Wallet, wallet_key
from casino.wallet.proof.bonus import told_by, touches_bonus
from casino.wallet.rebuild.model import HeadChange, Torn, TornCode


@dataclass(frozen=True, slots=True)
class Basis:
    """What a wallet is derived from beside its entries.

    `version` is the highest that any hold of the wallet remembers: a wallet that came to this
    version again would be taken for the one that the hold left. `limits` are those that people
    left, `None` where the audit tells of none.
    """

    released_minor: int = 0
    reserved_minor: int = 0
    version: int = 0
    player: Player | None = None
    limits: tuple[tuple[str, int], ...] | None = None
    zone: str = "UTC"


def empty_head(player_id: str, currency: str) -> Wallet:
    """Return a wallet that no entry moved yet."""
    return Wallet(player_id, currency, 0, 0, 0, 0, genesis_hash(player_id, currency), False)


def torn_head(stored: Wallet | None, entries: Iterable[Entry], basis: Basis) -> list[Torn]:
    """Return what is torn of one wallet; `entries` are its applied ones, in any order."""
    applied = sorted(entries, key=lambda entry: entry.seq)
    if stored is None and not applied:
        return []
    head = stored or empty_head(applied[0].player_id, applied[0].currency)
    name = wallet_key(head.player_id, head.currency)
    unclear = _unclear(head, applied)
    if unclear:
        return [Torn("entries_unclear", name, "", unclear)]
    found = [_missing(name, before, after) for before, after in _gaps(applied)]
    derived = _derived(head, applied, basis)
    if stored is not None and replace(stored, version=derived.version) == derived:
        return found
    code, detail = _said(stored, derived)
    return [*found, Torn(code, name, "", detail, HeadChange(stored, derived))]


def _gaps(applied: Sequence[Entry]) -> list[tuple[Entry | None, Entry]]:
    """Return the neighbours of what is missing before the last entry."""
    pairs = zip((None, *applied), applied, strict=False)
    return [(b, a) for b, a in pairs if a.seq != (b.seq if b is not None else 0) + 1]


def _missing(name: str, before: Entry | None, after: Entry) -> Torn:
    first = before.seq + 1 if before is not None else 1
    moved_minor = after.balance_before_minor - (before.balance_after_minor if before else 0)
    detail = f"entries {first} to {after.seq - 1} are lost; they moved {moved_minor} together"
    return Torn("entries_missing", name, "", f"{detail}, which the balance still counts")


def _unclear(head: Wallet, applied: Sequence[Entry]) -> str:
    """Say why nothing can be derived from these entries; empty when it can."""
    balance, hash_, seq = 0, genesis_hash(head.player_id, head.currency), 0
    for entry in applied:
        if entry.seq == seq:
            return f"number {seq} is taken twice"
        follows = (entry.balance_before_minor, entry.previous_hash) == (balance, hash_)
        if entry.seq == seq + 1 and not follows:
            return f"entry {entry.seq} does not follow the one before it"
        balance, hash_, seq = entry.balance_after_minor, entry.hash, entry.seq
    return ""


def _derived(head: Wallet, applied: Sequence[Entry], basis: Basis) -> Wallet:
    held, since, first = 0, "", 0
    for entry in applied:
        after = held + dict(entry.postings).get(HELD, 0)
        if after and not held:
            since, first = entry.at, entry.seq
        held = after
    wins_minor = sum(entry.held_win_minor for entry in applied) - basis.released_minor
    last = applied[-1] if applied else None
    derived = replace(
        empty_head(head.player_id, head.currency),
        balance_minor=last.balance_after_minor if last else 0,
        reserved_minor=wins_minor + basis.reserved_minor,
        seq=last.seq if last else 0,
        head_hash=last.hash if last else genesis_hash(head.player_id, head.currency),
        version=max(head.version, basis.version, last.seq if last else 0) + 1,
        blocked=basis.player.blocked if basis.player else head.blocked,
        held_minor=held,
        held_since=since if held else "",
        held_seq=first if held else 0,
        held_wins_minor=wins_minor,
        limits=_limits(head.limits, basis),
        play=head.play,
        bonus=told_by(applied).bonus if any(map(touches_bonus, applied)) else None,
    )
    return _counted(derived, applied)


def _limits(stored: Limits | None, basis: Basis) -> Limits | None:
    """Return the limits that people left, and the player's exclusions: the later end counts."""
    limits, player = stored, basis.player
    if basis.limits is not None and (limits is not None or basis.limits):
        limits = replace(limits or Limits(zone=basis.zone), values=basis.limits)
    if player is None or not (player.self_excluded_until or player.cool_off_until):
        return limits
    stands = limits or Limits()
    return replace(
        stands,
        self_excluded_until=max(stands.self_excluded_until, player.self_excluded_until),
        cool_off_until=max(stands.cool_off_until, player.cool_off_until),
    )


def _counted(head: Wallet, applied: Sequence[Entry]) -> Wallet:
    """Count what was played anew; what the next reality check shows stays, as no entry tells it."""
    if head.limits is None or (head.play is None and not head.limits.values):
        return head
    play = folded(head.limits, moved(applied))
    kept = head.play or play
    return replace(
        head,
        play=replace(
            play,
            check_active_s=kept.check_active_s,
            check_staked=kept.check_staked,
            check_returned=kept.check_returned,
        ),
    )


def _said(stored: Wallet | None, derived: Wallet) -> tuple[TornCode, str]:
    if stored is None:
        return "head_missing", f"its entries end with {derived.seq}"
    if stored.seq > derived.seq:
        lost_minor = stored.balance_minor - derived.balance_minor
        numbers = f"entries {derived.seq + 1} to {stored.seq} are lost"
        return "head_ahead", f"{numbers}; they moved {lost_minor} together"
    if stored.seq < derived.seq:
        return "head_behind", f"the wallet stands at {stored.seq}, its entries end at {derived.seq}"
    names = [name for name in Wallet.__slots__ if getattr(stored, name) != getattr(derived, name)]
    changed = (name for name in names if name != "version")
    told = (f"{n} {getattr(stored, n)} → {getattr(derived, n)}" for n in changed)
    return "head_differs", ", ".join(told)
