"""The answer of `ops ledger explain`: the whole story of one transaction."""

from typing import Final

from casino.base.money import amount
from casino.wallet.explain import BARRED, Story
from casino.wallet.model import Entry, Tombstone
from casino.wallet.shown import story_shown
from ops.output import Output, fields

#: What an entry does to what it names; of every other kind that is a bet.
_NAMES: Final = {"reversal": "takes back", "withdrawal": "pays out"}
#: A replay writes nothing: docs/adr/0008-replays-are-counted-from-logs.md.
_REACH: Final = "as far back as the logs reach"
_ALTERED: Final = (
    "ALTERED: the entry does not have the hash that it was sealed with, so somebody changed it in "
    "the table. `ops ledger verify` finds what else does not fit."
)


def told(found: Story | Tombstone) -> Output:
    """Return the story; an entry that was altered since is a fault."""
    lines = fields(facts(found))
    if isinstance(found, Tombstone) or found.intact:
        return Output(story_shown(found), lines)
    return Output(story_shown(found), [*lines, "", _ALTERED], exit_code=1)


def facts(found: Story | Tombstone) -> list[tuple[str, str]]:
    """Return what there is to tell, as names and values in the order of the telling."""
    pairs = _barred(found) if isinstance(found, Tombstone) else _told(found)
    return [(name, value) for name, value in pairs if value]


def _barred(stone: Tombstone) -> list[tuple[str, str]]:
    return [
        ("transaction", f"{stone.bet_transaction_id} of {stone.integration}"),
        ("who", f"player {stone.player_id} ({stone.currency})"),
        ("what", "a bet that never came: a tombstone stands in its place"),
        ("why", BARRED),
        ("refunded by", f"{stone.refund_transaction_id} at {stone.at}"),
    ]


def _told(story: Story) -> list[tuple[str, str]]:
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
    return [
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
        (_NAMES.get(entry.kind, "refunds bet"), entry.bet_transaction_id or ""),
        ("refunded by", story.void.refund_transaction_id if story.void else ""),
        ("asked by", f"{story.who.name}: {story.who.reason}" if story.who else ""),
        ("held", _held(story)),
        ("recorded", f"{entry.at}, trace {entry.trace_id}"),
        ("response", f"{entry.status} {entry.body}"),
        ("chain", f"{position}, hash {entry.hash[:16]}… {intact}"),
        ("replays seen", unknown if story.replays is None else f"{story.replays}, {_REACH}"),
    ]


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
