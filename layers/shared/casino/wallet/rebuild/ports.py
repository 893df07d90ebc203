"""The ports of a rebuild."""

from typing import Protocol

from casino.audit.model import AuditRecord
from casino.wallet.rebuild.model import Mending


class Mender(Protocol):
    """Writes what is mended."""

    def mend(self, mending: Mending, audit: AuditRecord) -> bool:
        """Write one thing with its audit record; false when it is no longer as it was read."""
