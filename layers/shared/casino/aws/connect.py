"""How all clients of AWS connect: their time-outs, and the authorities that they trust.

TLS trusts the roots of Amazon, which the build puts beside the package: reading every authority of
the web takes longer than the rest of a handshake. AWS_CA_BUNDLE, set by the template's parameter
`CaBundle`, names another bundle. Where the build did not run, botocore's own bundle is used.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

CONNECT_S: Final = 0.5
READ_S: Final = 1.0
USER_AGENT: Final = "seamless-wallet"

_ROOTS: Final = Path(__file__).parents[2] / "amazon-roots.pem"


def trusted_bundle(environment: Mapping[str, str]) -> str | None:
    """Return the bundle of authorities to trust; `None` for botocore's own."""
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        if named := environment.get(name):
            return named
    return str(_ROOTS) if _ROOTS.is_file() else None
