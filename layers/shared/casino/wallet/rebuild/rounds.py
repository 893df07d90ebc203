"""Derives the counters of rounds from entries: pure functions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from casino.wallet.model import Entry, Round, wallet_key
from casino.wallet.proof.bonus import told_by, touches_bonus
from casino.wallet.proof.links import RoundCount, RoundKey, round_counts
from casino.wallet.rebuild.model import RoundChange, Torn

type Stakes = tuple[int | None, tuple[tuple[int, int], ...]]
"""What stands staked in a round, and how much of that was which grant's."""


def stakes_of(applied: Sequence[Entry]) -> dict[RoundKey, Stakes]:
    """Return what stands staked in the rounds of a wallet that ever had a grant."""
    if not any(map(touches_bonus, applied)):
        return {}
    owner = (applied[0].player_id, applied[0].currency)
    found: dict[RoundKey, Stakes] = {}
    for (integration, round_id), stakes in told_by(applied).rounds.items():
        staked_minor, grants = stakes.values()
        found[integration, *owner, round_id] = (staked_minor, tuple(sorted(grants.items())))
    return found


def torn_rounds(
    rounds: Iterable[Round], entries: Sequence[Entry], stakes: Mapping[RoundKey, Stakes]
) -> Iterator[Torn]:
    """Yield the rounds whose counters are not those of their entries."""
    counts, since = round_counts(entries), _first_bets(entries)
    stored = {(r.integration, r.player_id, r.currency, r.round_id): r for r in rounds}
    for key in sorted(counts.keys() | stored.keys()):
        found, count = stored.get(key), counts.get(key, RoundCount())
        integration, player_id, currency, round_id = key
        empty = Round(integration, player_id, currency, round_id)
        derived = _derived(found or empty, count, stakes.get(key, (None, ())))
        if found is not None and replace(found, version=derived.version) == derived:
            continue
        change = RoundChange(found, derived, since.get(key, ""))
        wallet = wallet_key(player_id, currency)
        if found is None:
            yield Torn("round_missing", wallet, round_id, "it has entries and no item", change)
            continue
        shown = [_values(each) for each in (found, derived)]
        ahead = any(before > after for before, after in zip(*shown, strict=True))
        told = " → ".join(str(each) for each in shown)
        detail = f"bets, refunds, paid wins, finished: {told}"
        yield Torn("round_ahead" if ahead else "round_differs", wallet, round_id, detail, change)


def _derived(stored: Round, count: RoundCount, stakes: Stakes) -> Round:
    bets, refunds, paid_wins, finished = count.values()
    return replace(
        stored,
        bets=bets,
        refunds=refunds,
        paid_wins=paid_wins,
        finished=bool(finished),
        version=stored.version + 1,
        staked_minor=stakes[0],
        grants=stakes[1],
    )


def _values(found: Round) -> tuple[int, int, int, int]:
    return found.bets, found.refunds, found.paid_wins, int(found.finished)


def _first_bets(entries: Iterable[Entry]) -> dict[RoundKey, str]:
    first: dict[RoundKey, str] = {}
    for entry in entries:
        if entry.kind == "bet" and entry.record == "applied" and entry.round_id is not None:
            key = (entry.integration, entry.player_id, entry.currency, entry.round_id)
            first[key] = min(entry.at, first.get(key, entry.at))
    return first
