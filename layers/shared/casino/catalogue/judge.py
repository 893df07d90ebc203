"""Judges the records of one page: new, unchanged, or not to be stored.

A record that drifted, or a game whose provider is unknown, goes to quarantine whole. Such a record
can still take a game out of play: when it plainly says that the game is deleted or not active, the
stored game is restricted, since the platform must not launch a game that its provider blocked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from casino.catalogue.model import Game, GameStatus, Provider
from casino.catalogue.ports import CatalogueReader, Changes, Quarantined, RecordReader
from casino.catalogue.run import Counts, DriftError, Entity, Fault, later, moment

#: A quarantined record larger than this is kept in its page only.
_MAX_RAW: Final = 20_000
_MAX_ID: Final = 200
#: The fingerprint of no record, so that the next good one is written.
_NO_RECORD: Final = "0" * 64
_STATUSES: Final = frozenset({"active", "inactive", "pending", "deprecated"})


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts that records are judged by: the providers, and the records in quarantine."""

    providers: Mapping[str, Provider]
    quarantine: Mapping[tuple[Entity, str], str]
    """(entity, record id) → the fingerprint of what stands there."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of judging a page."""

    changes: Changes
    counts: Counts
    highest: str | None
    quarantined: tuple[Quarantined, ...]
    """Every record that may not be stored, also those that stood in quarantine before."""


class Judge:
    """Compares records with what is stored; writes nothing itself."""

    def __init__(self, catalogue: CatalogueReader, reader: RecordReader) -> None:
        self._catalogue = catalogue
        self._reader = reader

    def providers(
        self, integration: str, records: Sequence[object], standing: Standing, page: str, at: str
    ) -> Verdict:
        """Judge the providers of a page."""
        tally = _Tally(standing, "providers", page, at, self._reader)
        good: dict[str, Provider] = {}
        for record in records:
            try:
                provider = self._reader.provider(integration, record)
            except DriftError as error:
                tally.refuse(record, "drift", str(error))
                continue
            good[provider.provider_id] = provider
            tally.accept(provider.provider_id, provider.updated_at)
        changed = []
        for provider in good.values():
            stored = standing.providers.get(provider.provider_id)
            if stored is None or stored.fingerprint != provider.fingerprint:
                changed.append(provider)
        counts = Counts(written=len(changed), unchanged=len(good) - len(changed))
        return tally.verdict(len(records), counts, providers=changed)

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
        tally = _Tally(standing, "games", page, at, self._reader)
        good: dict[str, Game] = {}
        restricted: dict[str, Game] = {}
        for record in records:
            try:
                game = self._reader.game(integration, record)
                _check(game, stored.get(game.game_id), standing.providers)
            except DriftError as error:
                tally.refuse(record, "drift", str(error))
            except _UnfitError as error:
                tally.refuse(record, error.fault, error.reason)
            else:
                good[game.game_id] = game
                restricted.pop(game.game_id, None)
                tally.accept(game.game_id, game.updated_at)
                continue
            narrowed = _restricted(integration, record, stored)
            if narrowed is not None and narrowed.game_id not in good:
                restricted[narrowed.game_id] = narrowed
        changed = [
            game for game in good.values() if _differs(stored.get(game.game_id), game, again)
        ]
        games = [(stored.get(game.game_id), game) for game in (*changed, *restricted.values())]
        counts = Counts(
            written=len(changed), unchanged=len(good) - len(changed), restricted=len(restricted)
        )
        return tally.verdict(len(records), counts, games=games)


class _UnfitError(Exception):
    """A well-formed game that may not be stored."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault: Fault = fault
        self.reason = reason


class _Tally:
    """Collects what does not depend on the kind of record."""

    def __init__(
        self, standing: Standing, entity: Entity, page: str, at: str, reader: RecordReader
    ) -> None:
        self._standing = standing
        self._entity = entity
        self._page = page
        self._at = at
        self._reader = reader
        self._refused: dict[str, Quarantined] = {}
        self._accepted: set[str] = set()
        self._highest: str | None = None

    def accept(self, name: str, updated_at: str | None) -> None:
        self._accepted.add(name)
        self._refused.pop(name, None)
        self._highest = later(self._highest, updated_at)

    def refuse(self, record: object, fault: Fault, reason: str) -> None:
        try:
            fingerprint = self._reader.fingerprint(record)
            raw: bytes | None = self._reader.encode(record)
        except DriftError:
            # It cannot be written as JSON text: only its page can be kept.
            fingerprint, raw = "unreadable", None
        name = record_id(record) or fingerprint
        if raw is not None and len(raw) > _MAX_RAW:
            raw = None
        self._accepted.discard(name)
        self._refused[name] = Quarantined(
            self._entity, name, fault, reason, fingerprint, self._page, self._at, raw
        )

    def verdict(
        self,
        records: int,
        counts: Counts,
        providers: Iterable[Provider] = (),
        games: Iterable[tuple[Game | None, Game]] = (),
    ) -> Verdict:
        known = self._standing.quarantine
        refused = tuple(self._refused.values())
        entity = self._entity
        changes = Changes(
            providers=tuple(providers),
            games=tuple(games),
            quarantine=tuple(
                q for q in refused if known.get((entity, q.record_id)) != _standing_mark(q)
            ),
            release=tuple((entity, n) for n in sorted(self._accepted) if (entity, n) in known),
        )
        drifted = sum(q.fault == "drift" for q in refused)
        own = Counts(records=records, drifted=drifted, orphaned=len(refused) - drifted)
        return Verdict(changes, counts.plus(own), self._highest, refused)


def record_id(record: object) -> str | None:
    """Return the id that a record claims, if it is one that can be a key."""
    claimed = record.get("id") if isinstance(record, dict) else None
    if not isinstance(claimed, str) or not claimed or len(claimed) > _MAX_ID:
        return None
    return claimed if claimed.isprintable() and claimed.isascii() else None


def standing_of(providers: Iterable[Provider], quarantine: Iterable[Quarantined]) -> Standing:
    """Return what is known before a page."""
    return Standing(
        {provider.provider_id: provider for provider in providers},
        {(q.entity, q.record_id): _standing_mark(q) for q in quarantine},
    )


def after(standing: Standing, changes: Changes) -> Standing:
    """Return what is known after the changes were written."""
    if not (changes.providers or changes.quarantine or changes.release):
        return standing
    quarantine = dict(standing.quarantine)
    quarantine.update({(q.entity, q.record_id): _standing_mark(q) for q in changes.quarantine})
    for released in changes.release:
        quarantine.pop(released, None)
    providers = dict(standing.providers)
    providers.update({provider.provider_id: provider for provider in changes.providers})
    return Standing(providers, quarantine)


def _standing_mark(quarantined: Quarantined) -> str:
    """The same record for the same reason is not written again."""
    return f"{quarantined.fingerprint}#{quarantined.fault}#{quarantined.reason}"


def _check(game: Game, stored: Game | None, providers: Collection[str]) -> None:
    if stored is not None and stored.integration != game.integration:
        raise _UnfitError("id_taken", f"the id is a game's of {stored.integration}")
    if game.provider_id not in providers:
        raise _UnfitError("orphan", f"provider {game.provider_id} is unknown")


def _differs(stored: Game | None, game: Game, again: bool) -> bool:
    if stored is None:
        return True
    if again and moment(stored.updated_at) > moment(game.updated_at):
        return False
    return stored.fingerprint != game.fingerprint or stored.missing_runs > 0


def _restricted(integration: str, record: object, stored: Mapping[str, Game]) -> Game | None:
    """Return the stored game out of play, when the refused record says that it is."""
    known = stored.get(record_id(record) or "")
    if known is None or known.integration != integration or not known.launchable:
        return None
    fields = cast("dict[str, Any]", record)
    status, deleted_at = fields.get("status"), fields.get("deleted_at")
    if isinstance(deleted_at, str) and deleted_at:
        return replace(known, deleted_at=deleted_at, fingerprint=_NO_RECORD)
    if isinstance(status, str) and status != "active":
        allowed = status if status in _STATUSES else "inactive"
        return replace(known, status=cast("GameStatus", allowed), fingerprint=_NO_RECORD)
    return None
