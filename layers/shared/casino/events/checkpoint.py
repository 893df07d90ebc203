"""Checkpoints: what the archive held of the ledger on one day, signed, each naming the one before.

A checkpoint names the day's objects, whose names are digests of what they hold, and the last entry
of each wallet that moved. Whoever has the public key can tell what was there when it was signed.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from casino.events.record import Kept

_LONGEST: Final = 512


class Head(NamedTuple):
    """The last entry of a wallet on a day: its number and its hash, in hex."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A day of the ledger; `previous` is the digest of the checkpoint before, empty at the first.

    `objects` are the keys of the day's objects, sorted. `heads` is by `<currency>#<player_id>`.
    """

    number: int
    day: str
    previous: str
    objects: tuple[str, ...]
    heads: Mapping[str, Head]

    def text(self) -> str:
        """Return the canonical JSON that is signed."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def digest(self) -> str:
        """Return the SHA-256 of the text in hex: the name by which the next one knows it."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    @staticmethod
    def read(said: Mapping[str, Any]) -> "Checkpoint":
        """Read what `text` wrote; raises `LookupError`, `TypeError` or `ValueError`."""
        heads = {
            str(name): Head(int(seq), str(head)) for name, (seq, head) in said["heads"].items()
        }
        objects = tuple(map(str, said["objects"]))
        return Checkpoint(
            int(said["number"]), str(said["day"]), str(said["previous"]), objects, heads
        )


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it is kept, with the signature of its text: ECDSA over P-256 and SHA-256."""

    checkpoint: Checkpoint
    signature: bytes


def following(
    last: Checkpoint | None, day: str, objects: Iterable[str], heads: Mapping[str, Head]
) -> Checkpoint:
    """Return the checkpoint of a day after the last one."""
    number, previous = (last.number + 1, last.digest()) if last is not None else (1, "")
    return Checkpoint(number, day, previous, tuple(sorted(objects)), heads)


def moved_in(kept: Iterable[Kept]) -> dict[str, Head | None]:
    """Return the wallets that lines of the archive name, each with its last applied entry."""
    moved: dict[str, Head | None] = {}
    for line in kept:
        item = line.content
        try:
            name = str(item["wallet"]["S"])
            if not _names_wallet(name):
                continue
            last = moved.setdefault(name, None)
            if item["record"]["S"] == "applied":
                hash_ = base64.b64decode(item["hash"]["B"], validate=True).hex()
                moved[name] = max(last or Head(0, ""), Head(int(item["seq"]["N"]), hash_))
        except (LookupError, TypeError, ValueError):
            continue  # a marker, what nothing proves, or what nobody can read
    return moved


def _names_wallet(name: str) -> bool:
    """Tell whether a wallet can have this name: others can be in no table."""
    currency, _, player_id = name.partition("#")
    return bool(currency and player_id) and len(name) <= _LONGEST and name.isprintable()
