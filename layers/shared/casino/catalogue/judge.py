"""Judges the records of one page: new, unchanged, or not to be stored.

A record that drifted, or a game whose provider is unknown, goes to quarantine whole. Such a record
also takes what is stored out of play, unless it plainly says that nothing changed about that: the
platform must not launch a game that its provider blocked. Records beyond a cap are not stored.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from casino.catalogue.in_play import closed_game, closed_provider
from casino.catalogue.model import Game, Provider
from casino.catalogue.ports import CatalogueReader, Changes, Quarantined, RecordReader
from casino.catalogue.run import Counts, DriftError, Entity, Fault, later, moment
from casino.providers.caps import CAPS, Caps

_MAX_ID: Final = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts that records are judged by: the providers, and the records in quarantine."""

    providers: Mapping[str, Provider]
    quarantine: Mapping[tuple[Entity, str], str]
    """(entity, record id) → the fingerprint of what stands there."""
    games: int = 0
    """How many are stored."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of judging a page."""

    changes: Changes
    counts: Counts
    highest: str | None


class Judge:
    """Compares records with what is stored; writes nothing itself."""

    def __init__(self, catalogue: CatalogueReader, reader: RecordReader, caps: Caps = CAPS) -> None:
        self._catalogue = catalogue
        self._reader = reader
        self._caps = caps

    def providers(
        self, integration: str, records: Sequence[object], standing: Standing, page: str, at: str
    ) -> Verdict:
        """Judge the providers of a page."""
        tally = _Tally(standing, "providers", page, at, self._reader, self._caps)
        known = standing.providers
        good, closed = tally.sort(
            records,
            known,
            lambda record: self._reader.provider(integration, record),
            closed_provider,
            room=self._caps.providers - len(known),
        )
        changed = [p for p in good.values() if _differs(known.get(p.provider_id), p)]
        counts = Counts(
            written=len(changed),
            added=sum(p.provider_id not in known for p in changed),
            unchanged=len(good) - len(changed),
            restricted=len(closed),
        )
        return tally.verdict(counts, providers=(*changed, *closed.values()))

    def games(
        self,
        integration: str,
        records: Sequence[object],
        standing: Standing,
        page: str,
        at: str,
        *,
        again: bool = False,
    ) -> Verdict:
        """Judge the games of a page; `again` is for records that may be older than the stored."""
        stored = self._catalogue.games(dict.fromkeys(filter(None, map(record_id, records))))
        tally = _Tally(standing, "games", page, at, self._reader, self._caps)

        def read(record: object) -> Game:
            game = self._reader.game(integration, record)
            _check(game, stored.get(game.game_id), standing.providers)
            return game

        good, closed = tally.sort(
            records,
            stored,
            read,
            lambda record, known: closed_game(integration, record, known),
            room=self._caps.games - standing.games,
        )
        changed = [
            game
            for game in good.values()
            if _differs(known := stored.get(game.game_id), game)
            and not (again and known and moment(known.updated_at) > moment(game.updated_at))
        ]
        games = [(stored.get(game.game_id), game) for game in (*changed, *closed.values())]
        counts = Counts(
            written=len(changed),
            added=sum(game.game_id not in stored for game in changed),
            unchanged=len(good) - len(changed),
            restricted=len(closed),
        )
        return tally.verdict(counts, games=games)


class _UnfitError(Exception):
    """A well-formed game that may not be stored."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault: Fault = fault
        self.reason = reason


class _Tally:
    """Collects what does not depend on the kind of record."""

    def __init__(
        self,
        standing: Standing,
        entity: Entity,
        page: str,
        at: str,
        reader: RecordReader,
        caps: Caps,
    ) -> None:
        self._standing = standing
        self._entity = entity
        self._page = page
        self._at = at
        self._reader = reader
        self._caps = caps
        self._refused: dict[str, Quarantined] = {}
        self._accepted: set[str] = set()
        self._highest: str | None = None

    def sort[T: (Game, Provider)](
        self,
        records: Sequence[object],
        stored: Mapping[str, T],
        read: Callable[[object], T],
        close: Callable[[object, T], T | None],
        room: int,
    ) -> tuple[dict[str, T], dict[str, T]]:
        """Return what may be stored, and what a refused record closes; the last of an id decides.

        `room` is how many new ones there may be: those stored go on being updated beyond it.
        """
        good: dict[str, T] = {}
        closed: dict[str, T] = {}
        new: set[str] = set()
        for record in records:
            name = record_id(record) or ""
            try:
                accepted = read(record)
                if name not in stored:
                    new.add(name)
                    if len(new) > room:
                        new.remove(name)
                        raise _UnfitError("over_cap", "more than are stored of one provider")
            except (DriftError, _UnfitError) as error:
                self.refuse(record, error)
                known = good.get(name) or stored.get(name)
                narrowed = close(record, known) if known is not None else None
                if narrowed is not None:
                    good.pop(name, None)
                    closed[name] = narrowed
                continue
            good[name] = accepted
            closed.pop(name, None)
            self.accept(name, accepted.updated_at)
        return good, closed

    def accept(self, name: str, updated_at: str | None) -> None:
        self._accepted.add(name)
        self._refused.pop(name, None)
        self._highest = later(self._highest, updated_at)

    def refuse(self, record: object, error: Exception) -> None:
        fault: Fault = error.fault if isinstance(error, _UnfitError) else "drift"
        try:
            fingerprint = self._reader.fingerprint(record)
            raw: bytes | None = self._reader.encode(record)
        except DriftError:
            # It cannot be written as JSON text: only its page can be kept.
            fingerprint, raw = "unreadable", None
        name = record_id(record) or fingerprint
        if raw is not None and len(raw) > self._caps.quarantined_bytes:
            raw = None
        self._accepted.discard(name)
        self._refused[name] = Quarantined(
            self._entity, name, fault, str(error), fingerprint, self._page, self._at, raw
        )

    def verdict(
        self,
        counts: Counts,
        providers: Iterable[Provider] = (),
        games: Iterable[tuple[Game | None, Game]] = (),
    ) -> Verdict:
        known, entity = self._standing.quarantine, self._entity
        refused = tuple(self._refused.values())
        room = max(0, self._caps.quarantined - len(known))
        fresh = [q for q in refused if (entity, q.record_id) not in known]
        again = [q for q in refused if known.get((entity, q.record_id)) not in (None, _mark(q))]
        changes = Changes(
            providers=tuple(providers),
            games=tuple(games),
            quarantine=(*again, *fresh[:room]),
            release=tuple((entity, n) for n in sorted(self._accepted) if (entity, n) in known),
        )
        faults = Counter(q.fault for q in refused)
        own = Counts(
            records=len(self._accepted) + len(refused),
            drifted=faults["drift"],
            orphaned=faults["orphan"] + faults["id_taken"],
            over_cap=faults["over_cap"] + len(fresh[room:]),
        )
        return Verdict(changes, counts.plus(own), self._highest)


def record_id(record: object) -> str | None:
    """Return the id that a record claims, if it is one that can be a key."""
    claimed = record.get("id") if isinstance(record, dict) else None
    if not isinstance(claimed, str) or not claimed or len(claimed) > _MAX_ID:
        return None
    return claimed if claimed.isprintable() and claimed.isascii() else None


def standing_of(
    providers: Iterable[Provider], quarantine: Iterable[Quarantined], games: int
) -> Standing:
    """Return what is known before a page."""
    return Standing(
        {provider.provider_id: provider for provider in providers},
        {(q.entity, q.record_id): _mark(q) for q in quarantine},
        games,
    )


def after(standing: Standing, changes: Changes) -> Standing:
    """Return what is known after the changes were written."""
    if not changes:
        return standing
    quarantine = dict(standing.quarantine)
    quarantine.update({(q.entity, q.record_id): _mark(q) for q in changes.quarantine})
    for released in changes.release:
        quarantine.pop(released, None)
    providers = dict(standing.providers)
    providers.update({provider.provider_id: provider for provider in changes.providers})
    return Standing(providers, quarantine, standing.games + changes.added)


def _mark(quarantined: Quarantined) -> str:
    """The same record for the same reason is not written again."""
    return f"{quarantined.fingerprint}#{quarantined.fault}#{quarantined.reason}"


def _check(game: Game, stored: Game | None, providers: Collection[str]) -> None:
    if stored is not None and stored.integration != game.integration:
        raise _UnfitError("id_taken", f"the id is a game's of {stored.integration}")
    if game.provider_id not in providers:
        raise _UnfitError("orphan", f"provider {game.provider_id} is unknown")


def _differs[T: (Game, Provider)](stored: T | None, now: T) -> bool:
    return stored is None or stored.fingerprint != now.fingerprint or stored.missing_runs > 0
