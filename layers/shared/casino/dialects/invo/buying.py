"""Items that are bought at Invo, each once: the intent is stored before anything is sent.

The intent takes the `client_request_id`, so nobody buys something else under it. Whoever asks
again, after a time-out or a crash, gets the stored order; where none is stored, Invo is asked what
became of the earlier try before it is sent again. No record names anybody but our own player.
"""

import json
from dataclasses import asdict, dataclass
from typing import Final, Protocol

from casino.audit.model import AuditRecord, Who
from casino.base.clock import Clock
from casino.base.errors import AdminError, RetryableError
from casino.base.times import iso_utc
from casino.dialects.invo.client import InvoClient, ItemOrder, ItemPurchase
from casino.integrations.model import Integration

_MEANT: Final = "item.meant"
_BOUGHT: Final = "item.bought"


class Intents(Protocol):
    """What was meant and what became of it, in order; each method raises `RetryableError`."""

    def put_if_absent(self, intent: AuditRecord) -> bool:
        """Write the first record of a subject; false when there is one."""

    def append(self, record: AuditRecord) -> None:
        """Add what became of it."""

    def of(self, subject: str) -> list[AuditRecord]:
        """Return the intent, then the rest."""


def subject_of(integration: str, client_request_id: str) -> str:
    """Return what the audit calls a purchase."""
    return f"item#{integration}#{client_request_id}"


@dataclass(frozen=True, slots=True)
class ItemDesk:
    """The use case."""

    intents: Intents
    clock: Clock

    def buy(
        self,
        client: InvoClient,
        account: Integration,
        player_id: str,
        wanted: ItemPurchase,
        who: Who,
    ) -> ItemOrder:
        """Return the one order of a `client_request_id`, bought now or before.

        Raises `AdminError` (`invalid_request`, `purchase_mismatch`), `ProviderError`,
        `RetryableError`: after each the same request may be sent again.
        """
        fields = wanted.fields()
        told = ("item_id", "item_quantity", "unit_price", "total_price")
        content = json.dumps({"player_id": player_id} | {name: fields[name] for name in told})
        subject = subject_of(account.name, wanted.client_request_id)
        intent = who.record(subject, _MEANT, self.clock.now(), detail=content)
        order = None
        if not self.intents.put_if_absent(intent):
            first, *rest = self.intents.of(subject)
            if first.detail != content:
                message = f"{wanted.client_request_id} stands for another purchase"
                raise AdminError("purchase_mismatch", message)
            for record in rest:
                return ItemOrder(**json.loads(record.detail), recovered=True)
            order = client.order(account, wanted.client_request_id)
        if order is None:
            order = client.purchase_item(account, wanted)
        if order.item_id not in ("", wanted.item_id):
            message = f"{wanted.client_request_id} stands for another item at Invo"
            raise AdminError("purchase_mismatch", message)
        if not order.waits_for:
            self._note(subject, order, who)
        return order

    def is_news(self, account: Integration, fingerprint: str) -> bool:
        """Tell whether nobody has said today that Invo refuses this key; then it is said now."""
        now = self.clock.now()
        subject = f"refused#{account.name}#{fingerprint}#{iso_utc(now)[:10]}"
        try:
            return self.intents.put_if_absent(Who("invo-calls").record(subject, "key.refused", now))
        except RetryableError:
            return True  # rather told twice than never

    def _note(self, subject: str, order: ItemOrder, who: Who) -> None:
        facts = asdict(order)
        del facts["recovered"]
        record = who.record(subject, _BOUGHT, self.clock.now(), detail=json.dumps(facts))
        self.intents.append(record)
