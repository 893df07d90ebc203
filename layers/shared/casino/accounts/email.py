"""E-mail addresses as keys: normalised, and hashed under the stack's own key.

Nothing stores an address. Whoever has the table alone can neither read one nor try one out.

Two spellings of one mailbox must not be two players, and two mailboxes must never be one. So only
the case of ASCII letters is ignored; dots and `+…` stay as they are, since what they mean is the
mailbox's own affair. An address with any character outside ASCII names nobody: what looks alike is
then never taken for the same. Such a player is known by the partner's own id. See ADR 0061.
"""

import hashlib
import hmac
import re
from typing import Final

_EMAIL: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+",
    re.ASCII,
)


def normalised(email: str) -> str | None:
    """Return the one spelling of an address; `None` for a text that names nobody."""
    # Not `lower` of any text: the Kelvin sign would become a `k`.
    if not email.isascii():
        return None
    lowered = email.lower()
    return lowered if _EMAIL.fullmatch(lowered) else None


def email_hash(email: str, key: bytes) -> str | None:
    """Return what stands for an address: HMAC-SHA256 in hex; `None` where it names nobody."""
    spelling = normalised(email)
    if spelling is None:
        return None
    return hmac.new(key, b"email:" + spelling.encode(), hashlib.sha256).hexdigest()
