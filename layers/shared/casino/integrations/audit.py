"""What an operator, or the rotation, changed: written once, beside the change itself.

It exists so that "who switched this off, and when?" has an answer that nobody can edit.
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
