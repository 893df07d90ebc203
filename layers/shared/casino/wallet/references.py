"""The index of our references and of trace ids, kept from the ledger's stream.

The ledger's own key is the counterpart's id. Our reference is a digest, and a trace id is whatever
was sent; both name an entry that a look-up has to find. See ADR 0069.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.wallet.model import platform_transaction_id
from casino.wallet.ports import Reference, References

#: How many entries of a batch are kept under one trace id. An answer names no more either, and
#: whoever sends one trace id with all that it sends writes to one partition.
OF_ONE_TRACE: Final = 10


@dataclass(frozen=True, slots=True)
class ReferenceStream:
    """Answers the events of the ledger's stream; what is told twice is kept once."""

    references: References

    def handle(self, event: Mapping[str, Any], context: object) -> None:
        """Keep the names of a batch; an error is raised, so that the stream tells it again."""
        self.references.add(list(_names(event["Records"])))


def _names(records: list[Mapping[str, Any]]) -> Iterator[Reference]:
    traces: Counter[str] = Counter()
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        integration, _, rest = image.get("id", {}).get("S", "").partition("#")
        mark, _, transaction_id = rest.partition("#")
        # Tombstones carry neither; what cannot be read is told by the exposure.
        if mark != "tx" or "trace_id" not in image:
            continue
        entry = (integration, transaction_id)
        yield platform_transaction_id(*entry), entry
        trace = image["trace_id"].get("S", "")
        traces[trace] += 1
        # Under its own id an entry is found anyway; our references name what is ours alone.
        is_own = trace in ("", transaction_id) or trace.startswith("plt-")
        if not is_own and traces[trace] <= OF_ONE_TRACE:
            yield trace, entry
