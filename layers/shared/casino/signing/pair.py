"""A pair of credentials: the one form in which families, stores, rotation and tools pass it on."""

import hashlib
import math
from dataclasses import dataclass, field
from typing import Final

#: The labels of a secret's live versions. A new version wanders from pending over current to
#: previous.
PENDING: Final = "pending"
CURRENT: Final = "current"
PREVIOUS: Final = "previous"
LABELS: Final = (PENDING, CURRENT, PREVIOUS)


@dataclass(frozen=True, slots=True)
class Pair:
    """An `api_key` with its `secret_key`: two pairs of the same two are equal.

    The repr shows neither. Times are in seconds since the epoch.
    """

    api_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    label: str = field(default="", compare=False)
    """`pending`, `current` or `previous`; empty for a pair that is no version of a secret."""
    version_id: str = field(default="", compare=False)
    """What names the version for good; its label changes."""
    created_at: float = field(default=0.0, compare=False)
    until: float = field(default=math.inf, compare=False)
    """When the version stops verifying."""
    text: str = field(default="", repr=False, compare=False)
    """The JSON that the pair was read from, which is what is stored."""

    @property
    def fingerprint(self) -> str:
        """What two people can compare without showing each other the pair."""
        text = f"seamless-wallet credentials\n{self.api_key}\n{self.secret_key}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]
