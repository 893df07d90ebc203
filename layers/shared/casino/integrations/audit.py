"""The audit record of a change by an operator or by the rotation.

It is written once, in the transaction of the change, so that nobody can edit who switched something
off, and when.
"""

from dataclasses import dataclass
from typing import Final

#: The subject of what concerns every integration.
EVERYONE: Final = "all"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One change. `old` and `new` are fingerprints or plain words, never a secret's value."""

    subject: str
    """The integration's name, or `all`."""
    what: str
    who: str
    """The ARN of whoever asked for it."""
    at: str
    old: str = ""
    new: str = ""
    detail: str = ""
