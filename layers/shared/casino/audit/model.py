"""The audit record of a change by a person or by the rotation.

It is written once, in the transaction of the change, so that nobody can edit who changed what, when
and why. A use case that changes something takes a `Who`, makes its record with `Who.record`, and
hands it to its store; the store writes both with `casino.audit.store.transact_audited`.
"""

import json
from dataclasses import dataclass
from typing import Final

from casino.base.errors import AdminError, CasinoError
from casino.base.times import iso_utc

#: The subject of what concerns every integration.
EVERYONE: Final = "all"
#: A reason stays readable, and an entry that holds it small.
_LONGEST_REASON: Final = 300


def of_player(player_id: str) -> str:
    """Return the subject of a player's changes; no integration has a `#` in its name."""
    return f"player#{player_id}"


def player_of(subject: str) -> str | None:
    """Return the player whose changes have this subject; `None` for any other."""
    mark, found, player_id = subject.partition("#")
    return player_id if found and mark == "player" else None


def of_session(session_id: str) -> str:
    """Return the subject of a session's changes."""
    return f"session#{session_id}"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One change. `old` and `new` are fingerprints or plain words, never a secret's value."""

    subject: str
    """An integration's name, `all`, or what `of_player` and `of_session` return."""
    what: str
    who: str
    at: str
    old: str = ""
    new: str = ""
    detail: str = ""
    reason: str = ""


class AnsweredError(CasinoError):
    """The key of the request has its answer already: nothing was changed now."""


@dataclass(frozen=True, slots=True)
class Once:
    """A request that changes something once for its `key`, and what every copy of it is answered.

    `fingerprint` tells it from any other request under the key. Nobody can delete it, so neither of
    the two may show anything personal.
    """

    key: str
    fingerprint: str
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class OnceRecord(AuditRecord):
    """The record of a change that is made once: `once` is stored with it, or neither is."""

    once: Once | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks for a change, and why.

    `name` is the ARN that AWS knows the caller by; on a local stack it is `local:` and the user.
    `once` is the request, where it is to change something once whoever repeats it.
    Raises `AdminError` for a reason that is too long or holds control characters.
    """

    name: str
    reason: str = ""
    once: Once | None = None

    def __post_init__(self) -> None:
        if len(self.reason) > _LONGEST_REASON or not (self.reason or " ").isprintable():
            message = f"a reason has at most {_LONGEST_REASON} printable characters"
            raise AdminError("invalid_request", message)

    def explained(self) -> "Who":
        """Return itself if it says why; raises `AdminError`. For whatever touches money."""
        if not self.reason.strip():
            raise AdminError("reason_missing", "say why: --reason")
        return self

    def record(
        self, subject: str, what: str, at: float, old: str = "", new: str = "", detail: str = ""
    ) -> AuditRecord:
        """Return the record of a change at `at`, in seconds since the epoch."""
        told = (subject, what, self.name, iso_utc(at), old, new, detail, self.reason)
        return AuditRecord(*told) if self.once is None else OnceRecord(*told, self.once)

    def written(self) -> str:
        """Return the JSON text that an entry of the ledger keeps; `read` reads it."""
        return json.dumps({"who": self.name, "reason": self.reason}, ensure_ascii=False)

    @staticmethod
    def read(text: str) -> "Who":
        """Return who asked for an entry of the platform's."""
        found = json.loads(text)
        return Who(found["who"], found["reason"])
