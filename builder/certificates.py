"""Cuts a bundle of the Amazon roots from botocore's own.

The bundle is parsed for every new TLS connection: five certificates instead of more than a hundred
save most of this time. Amazon Trust Services publishes the list of its roots
(amazontrust.com/repository); every endpoint of AWS has its certificate from one of them.
"""

import hashlib
import re
import ssl
from pathlib import Path
from typing import Final

from builder import BuildError

AMAZON_ROOTS: Final = {
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root Certificate Authority - G2": (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"
    ),
}
"""The SHA-256 fingerprint of each root certificate, by its common name."""

_CERTIFICATE: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL
)


class MissingRootError(BuildError):
    """The bundle that was to be cut lacks an Amazon root; the message names it."""


def cut_amazon_roots(bundle: Path, target: Path) -> None:
    """Write the Amazon roots of `bundle` (PEM) to `target`; raises `MissingRootError`."""
    found = {_fingerprint(text): text for text in _CERTIFICATE.findall(bundle.read_text())}
    missing = [name for name, fingerprint in AMAZON_ROOTS.items() if fingerprint not in found]
    if missing:
        raise MissingRootError(f"{bundle.name} lacks {', '.join(missing)}")
    target.write_text("".join(found[fingerprint] for fingerprint in AMAZON_ROOTS.values()))


def _fingerprint(certificate: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()
