"""The way of a batch of the ledger's stream: read what moved, measure it, count for the alarms.

A batch that fails is told again as a whole: nothing counts twice, so no part of it is answered for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.base.times import epoch
from casino.bonus.model import BONUS
from casino.exposure.model import Movement
from casino.exposure.service import ExposureService
from casino.observability.telemetry import Telemetry
from casino.wallet.model import PLATFORM, WIN_HELD
from casino.wallet.purchase import PURCHASE_KINDS

#: The kinds that pay out; every other one gives or takes a stake.
_PAYING: Final = frozenset({"win", "settle"})


@dataclass(frozen=True, slots=True)
class ExposureStream:
    """Answers the events of the ledger's stream."""

    service: ExposureService
    observer: Telemetry

    def handle(self, event: Mapping[str, Any], context: object) -> None:
        """Measure a batch; an error is raised, so that the stream tells it again."""
        for found in self.service.measure(self._movements(event["Records"])):
            owner = {"integration": found.integration, "currency": found.currency}
            if found.exceeded:
                self.observer.count("ExposureExceeded", 1, **owner)
            if found.day.staked_minor > 0:
                ratio = found.day.paid_minor / found.day.staked_minor
                self.observer.count_by("PayoutRatio", ratio, **owner)

    def _movements(self, records: list[Mapping[str, Any]]) -> Iterator[Movement]:
        for record in records:
            try:
                movement = _movement(record["dynamodb"]["NewImage"])
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                # Told again it would be no better, and the rest would wait. `verify` names it.
                self.observer.crash(error)
                self.observer.count("UnreadableLedgerItems")
                continue
            if movement is not None and record["eventName"] == "INSERT":
                yield movement


def _movement(image: Mapping[str, Any]) -> Movement | None:
    """Return what an item of the ledger moved; `None` for what no game of an integration moved.

    Bonus money counts like cash: it becomes cash by an entry that is no integration's. A held win
    is not spendable, so it is no exposure; and its release was somebody's decision.
    """
    integration, mark, _ = image["id"]["S"].split("#", 2)
    if mark != "tx" or image["record"]["S"] != "applied" or integration == PLATFORM:
        return None
    if image["kind"]["S"] in PURCHASE_KINDS:
        return None
    moved = int(image["after"]["N"]) - int(image["before"]["N"])
    moved += int(image["postings"]["M"].get(BONUS, {"N": "0"})["N"])
    if not moved or image["rule"]["S"] == WIN_HELD:
        return None
    currency = (image.get("wallet") or image["claimed"])["S"].partition("#")[0]
    paid = moved if image["kind"]["S"] in _PAYING else 0
    at = int(epoch(image["at"]["S"]))
    return Movement(image["id"]["S"], integration, currency, at, paid - moved, paid)
