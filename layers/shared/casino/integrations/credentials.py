"""The words of rotation: a secret's versions, what one may hold, and when one stops verifying.

CasinoError
└── RotationError             a rotation cannot go on; nothing of it shows a secret
    ├── GracePeriodError      the previous secret still verifies: a rotation would evict it
    ├── NothingStagedError    there is no new pair to rotate to
    ├── PairRefusedError      the provider does not take the new pair
    ├── NotTestedError        the provider has not taken the new pair yet
    ├── NotPendingError       the version that is to be promoted is not the staged one
    ├── NoPreviousError       there is no previous secret that still verifies
    ├── KeyTakenError         the new api_key belongs to another integration
    ├── ClockError            the machine's clock differs from AWS's
    ├── InvalidPairError      this is no pair of credentials
    │   └── LayerMissingError the stack lacks what verifies with such a pair
    └── UnknownSecretError    the secret belongs to no integration
"""

import json
import math
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from casino.base.errors import CasinoError
from casino.base.times import iso_utc
from casino.integrations.model import Integration
from casino.signing import ed25519
from casino.signing.pair import PENDING, Pair

DAY_S: Final = 24 * 3600
DEFAULT_GRACE_S: Final = 7 * DAY_S
#: Families whose replaced secret verifies for another time than the default.
GRACE_S: Final[dict[str, int]] = {"igv-merchant": 0, "igv-account": 0, "invo-account": 0}
"""We call with these: nothing that comes in is verified with them."""

#: Families whose secret_key may be `ed25519:` and a public key; others would sign with its text.
PUBLIC_KEYS: Final = frozenset({"winupgo"})
#: Families that sign with the layer of cryptography, whatever their key.
WITH_LAYER: Final = frozenset({"igv-merchant"})

#: How many replaced versions the registry remembers; Secrets Manager labels one at a time.
MOST_RETIREMENTS: Final = 8

#: How far a machine's clock may be from AWS's, in seconds.
CLOCK_S: Final = 60

#: What can travel in a header.
_API_KEY: Final = re.compile(r"[!-~]{1,256}", re.ASCII)

#: What a secret_key that is to be guessed costs, in bits, and how few characters it may consist of.
STRENGTH_BITS: Final = 128
_FEWEST_DISTINCT: Final = 8
_ALPHABETS: Final = (
    string.digits,
    "abcdef",
    "ABCDEF",
    string.ascii_lowercase[6:],
    string.ascii_uppercase[6:],
    string.punctuation,
)

type Labels = Mapping[str, frozenset[str]]


class RotationError(CasinoError):
    """A rotation cannot go on."""

    code = "rotation_failed"


class GracePeriodError(RotationError):
    """The previous secret still verifies: a second rotation would evict it."""

    code = "grace_period"


class NothingStagedError(RotationError):
    """There is no new pair to rotate to."""

    code = "nothing_staged"


class PairRefusedError(RotationError):
    """The provider does not take the new pair, or could not be asked."""

    code = "pair_refused"


class NotTestedError(RotationError):
    """The provider has not taken the new pair yet."""

    code = "not_tested"


class NotPendingError(RotationError):
    """The version that is to be promoted is not the staged one."""

    code = "not_pending"


class NoPreviousError(RotationError):
    """There is no previous secret that still verifies."""

    code = "no_previous"


class KeyTakenError(RotationError):
    """The new api_key belongs to another integration."""

    code = "api_key_taken"


class ClockError(RotationError):
    """This machine's clock differs from AWS's."""

    code = "clock_wrong"


class InvalidPairError(RotationError):
    """This is no pair of credentials."""

    code = "invalid_request"


class LayerMissingError(InvalidPairError):
    """The stack was deployed without the layer that signs and verifies with such a pair."""

    code = "layer_missing"


class UnknownSecretError(RotationError):
    """The secret belongs to no integration."""

    code = "integration_not_found"


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret without its values: its name, and which version carries which labels."""

    name: str
    labels: Labels
    at: int = 0
    """When AWS said so, by AWS's own clock, in seconds since the epoch."""

    def version(self, label: str) -> str | None:
        """Return the version that carries `label`."""
        return next((v for v, labels in self.labels.items() if label in labels), None)


def read_pair(text: str) -> Pair:
    """Return the pair that a JSON text holds; raises `InvalidPairError`, which quotes nothing."""
    try:
        given = json.loads(text)
        api_key, secret_key = given["api_key"], given["secret_key"]
        if not _API_KEY.fullmatch(api_key) or not isinstance(secret_key, str) or not secret_key:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        # The cause could show a piece of the secret: it is not chained.
        raise InvalidPairError("this is no JSON object with api_key and secret_key") from None
    return Pair(api_key, secret_key, text=text)


def strong(pair: Pair, family: str, *, layered: bool = True) -> Pair:
    """Return the pair; raises `InvalidPairError` for a secret_key below `STRENGTH_BITS`.

    The bits are those of a random text over the kinds of characters that occur in it. A public key
    has them, if it is one. `layered` tells whether the stack can sign and verify with such keys.
    """
    public = pair.secret_key.startswith(ed25519.PREFIX)
    if (public or family in WITH_LAYER) and not layered:
        raise LayerMissingError(
            "the stack was deployed without the layer of cryptography: deploy it again first"
        )
    if public:
        return _public(pair, family)
    used = set(pair.secret_key)
    size = sum(len(each) for each in _ALPHABETS if used.intersection(each))
    bits = len(pair.secret_key) * math.log2(max(size, 2))
    if bits < STRENGTH_BITS or len(used) < _FEWEST_DISTINCT:
        raise InvalidPairError(
            f"the secret_key has fewer than {STRENGTH_BITS} bits: it takes 32 random hex digits, "
            "or 22 random letters and digits"
        )
    return pair


def _public(pair: Pair, family: str) -> Pair:
    if family not in PUBLIC_KEYS:
        raise InvalidPairError(f"{family} takes a secret, and this secret_key is a public key")
    try:
        ed25519.public_key(pair.secret_key)
    except ValueError as error:
        raise InvalidPairError(f"the public key is not valid: {error}") from None
    return pair


def grace_of(integration: Integration) -> int:
    """Return how long a replaced secret of this integration goes on verifying, in seconds."""
    if integration.rotation.grace_s is not None:
        return integration.rotation.grace_s
    return GRACE_S.get(integration.family, DEFAULT_GRACE_S)


def verifies_until(integration: Integration, version: str, replaced_at: float) -> float:
    """Return when a replaced version stops verifying, in seconds since the epoch.

    A rotation writes it down. `replaced_at` counts for one that was made by hand.
    """
    written = dict(integration.rotation.retirements).get(version)
    if written is not None:
        return written
    return replaced_at + grace_of(integration)


def retiring(integration: Integration, version: str, until: int) -> tuple[tuple[str, int], ...]:
    """Return the integration's retirements with one more; the oldest are forgotten."""
    times = dict(integration.rotation.retirements) | {version: until}
    latest = sorted(times.items(), key=lambda pair: pair[1])[-MOST_RETIREMENTS:]
    if (version, until) not in latest:
        latest = [*latest[1:], (version, until)]
    return tuple(sorted(latest))


def refuse_wrong_clock(stored: StoredSecret, now: float) -> None:
    """Raise `ClockError` for a machine whose clock differs from AWS's by more than `CLOCK_S`."""
    ahead_s = round(now - stored.at)
    if abs(ahead_s) > CLOCK_S:
        where = "ahead of" if ahead_s > 0 else "behind"
        raise ClockError(
            f"this machine's clock is {abs(ahead_s)} s {where} that of AWS: set it first, since "
            "times that are printed and audited come from it"
        )


def refuse_unstaged(stored: StoredSecret, integration: Integration, version: str) -> None:
    """Raise `NotPendingError` unless label and registry both say that this version is staged."""
    named = integration.rotation.pending_version == version
    if not named or PENDING not in stored.labels.get(version, ()):
        raise NotPendingError(f"version {version} of {stored.name} is not the staged one")


def still_verifying(name: str, until: float) -> GracePeriodError:
    """Return the refusal of a second rotation, with what can be done about it."""
    return GracePeriodError(
        f"the previous secret of {name} verifies until {iso_utc(until)}: wait, or end its grace "
        "with retire-previous when nothing is signed with it any more"
    )
