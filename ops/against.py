"""Holds a ledger that was swept to disk against the archive of its stream, and its checkpoints.

Three accounts of the same entries: the table, which people with rights can change; the archive,
which nobody can delete from while it is locked; the checkpoints, which say what the archive held.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from casino.aws.attributes import Item
from casino.base.clock import Clock
from casino.base.times import epoch, iso_utc
from casino.events.checkpoint import Checkpoint
from casino.events.daily import SETTLED_S
from casino.events.record import LEDGER
from casino.events.store.archive import S3Archive, name_of, read_line
from casino.events.store.checkpoints import S3Checkpoints
from casino.events.store.items import as_told
from casino.wallet.proof.faults import Fault, FaultCode
from casino.wallet.store.pages import Pages, owner_of
from ops.errors import OpsError
from ops.shelf import Shelf

_DAY_S: Final = 86_400


def public_key(raw: bytes) -> EllipticCurvePublicKey:
    """Return a public key in PEM or DER; raises `OpsError`."""
    load = load_pem_public_key if raw.lstrip().startswith(b"-----") else load_der_public_key
    try:
        key = load(raw)
    except ValueError as error:
        raise OpsError("invalid_request", "this is no public key") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise OpsError("invalid_request", "this is no key of an elliptic curve")
    return key


class Against:
    """The comparison; the faults name ledger keys, days, or objects of the archive."""

    def __init__(
        self,
        shelf: Shelf,
        pages: Pages,
        archive: S3Archive,
        checkpoints: S3Checkpoints,
        key: EllipticCurvePublicKey,
        clock: Clock,
    ) -> None:
        self._shelf = shelf
        self._pages = pages
        self._archive = archive
        self._checkpoints = checkpoints
        self._key = key
        self._clock = clock
        self._signed: dict[str, str] = {}
        """Object → the day of the checkpoint that names it."""
        self._open = self._closed = ""
        """The first and the last day that are signed."""

    def faults(self) -> Iterator[Fault]:
        """Yield what the three accounts disagree about."""
        self._shelf.forget_archive()
        yield from self._check_checkpoints()
        yield from self._read_archive()
        yield from self._compare()

    def _check_checkpoints(self) -> Iterator[Fault]:
        last: Checkpoint | None = None
        for day, signed in self._checkpoints.all():
            if isinstance(signed, ValueError):
                yield _fault("checkpoint_unreadable", day, str(signed))
                continue
            made = signed.checkpoint
            try:
                self._key.verify(signed.signature, made.text().encode(), ECDSA(SHA256()))
            except InvalidSignature:
                yield _fault("checkpoint_forged", day, "the key did not sign it")
                continue
            if made.day != day or not _follows(last, made):
                before = last.day if last is not None else "none"
                detail = f"it says {made.day}, number {made.number}; before it stands {before}"
                yield _fault("checkpoint_chain", day, detail)
            self._open = self._open or made.day
            last, self._closed = made, made.day
            self._signed |= dict.fromkeys(made.objects, made.day)
            self._shelf.sign(day, ((name, *head) for name, head in made.heads.items()))
        yield from self._check_end(last)

    def _check_end(self, last: Checkpoint | None) -> Iterator[Fault]:
        """The day before yesterday has its checkpoint by now, if the archive had begun."""
        due = iso_utc(self._clock.now() - 2 * _DAY_S - SETTLED_S)[:10]
        first = next(iter(self._archive.objects(LEDGER)), None)
        began = first.partition("date=")[2][:10] if first is not None else "9999"
        if began <= due and (last is None or last.day < due):
            stands = last.day if last is not None else "nothing"
            yield _fault("checkpoint_missing", due, f"the last one is of {stands}")

    def _read_archive(self) -> Iterator[Fault]:
        objects, today = self._archive.objects(LEDGER), iso_utc(self._clock.now() + SETTLED_S)[:10]
        for key in sorted(self._signed.keys() - set(objects)):
            yield _fault("archive_object_missing", key, f"signed on {self._signed[key]}")
        for key in objects:
            try:
                lines = self._archive.lines(key)
                read = [read_line(line) for line in lines]
                kept = [(line.key, digest_of(line.content)) for line in read]
                fits = name_of(b"".join(lines)) in key
            except (LookupError, RecursionError, TypeError, ValueError) as error:
                yield _fault("archive_object", key, f"nobody can read it: {type(error).__name__}")
                continue
            if not fits:
                yield _fault("archive_object", key, "its name is not the digest of its lines")
            day = key.partition("date=")[2][:10]
            signed = self._open <= day <= self._closed or day > today
            late = signed and key not in self._signed
            self._shelf.archive((name, digest, late) for name, digest in kept)

    def _compare(self) -> Iterator[Fault]:
        shelf = self._shelf
        shelf.digest_items(_digest_of_item)
        # What was written after its page was read is archived, and stands in the ledger by now.
        written = self._pages.by_id(list(shelf.only_archived()))
        owned = ((owner_of("ledger", item).wallet, item) for item in written)
        shelf.put_late(owned, _digest_of_item)
        for day, wallet, seq in shelf.not_as_signed():
            detail = f"{day}: entry {seq} is not the one that was signed"
            yield Fault("checkpoint_head", wallet, None, detail)
        for key in shelf.archived_twice():
            yield _fault("archive_conflict", key, "the archive has it in several ways")
        for key in shelf.archived_otherwise():
            yield _fault("archived_otherwise", key, "the archive has it otherwise")
        for key in shelf.only_archived():
            yield _fault("archived_missing", key, "the archive has it, the ledger does not")
        now = self._clock.now()
        for key, item in shelf.only_stored():
            if not _is_near(item, now):  # what was just written may not be in the archive yet
                yield _fault("not_archived", key, "the ledger has it, the archive does not")
        for key, item in shelf.archived_late():
            if item.get("record", {}).get("S") != "applied":  # the chain proves those
                yield _fault("archived_late", key, "it came after its day was signed, or before it")


def digest_of(image: Any) -> bytes:
    """Return the SHA-256 of an item as the stream tells it, whatever the order of its names."""
    text = json.dumps(image, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def _follows(last: Checkpoint | None, made: Checkpoint) -> bool:
    if last is None:
        return (made.number, made.previous) == (1, "")
    next_day = (date.fromisoformat(last.day) + timedelta(1)).isoformat()
    return (made.number, made.previous, made.day) == (last.number + 1, last.digest(), next_day)


def _digest_of_item(item: Item) -> bytes:
    return digest_of(as_told(item))


def _is_near(item: Item, moment: float) -> bool:
    try:
        return abs(epoch(item["at"]["S"]) - moment) < SETTLED_S
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False


def _fault(code: FaultCode, name: str, detail: str) -> Fault:
    return Fault(code, "", name, detail)
