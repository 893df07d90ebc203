"""The images of DynamoDB's streams as the words of wallet, sessions, deliveries and audit.

Lambda hands binary attributes over as base64; a client hands them over as bytes. Both are read.
What nobody can read raises `AttributeError`, `LookupError`, `TypeError` or `ValueError`.
"""

import base64
from collections.abc import Mapping
from typing import Any

from casino.audit.model import AuditRecord
from casino.audit.store import read_record
from casino.aws.attributes import Item
from casino.deliveries.model import Delivery
from casino.deliveries.store.items import read_delivery
from casino.wallet.model import Session
from casino.wallet.ports import LedgerItem
from casino.wallet.store.items import read_session
from casino.wallet.store.reading import read_item


def ledger_image(image: Mapping[str, Any]) -> LedgerItem:
    """Return an item of the ledger."""
    return read_item(_stored(image))


def session_image(image: Mapping[str, Any] | None) -> Session | None:
    """Return a session; `None` for no item, and for the copy under a counterpart's token."""
    return None if image is None or "of" in image else read_session(_stored(image))


def delivery_image(image: Mapping[str, Any]) -> Delivery | None:
    """Return a delivery; `None` for the item of a claim."""
    return read_delivery(_stored(image)) if "state" in image else None


def audit_image(image: Mapping[str, Any]) -> AuditRecord:
    """Return the audit record of a change."""
    return read_record(_stored(image))


def _stored(image: Mapping[str, Any]) -> Item:
    """Return an item as a client reads it: binary attributes are bytes."""
    return {
        name: {kind: _bytes(kind, value) for kind, value in attribute.items()}
        for name, attribute in image.items()
    }


def _bytes(kind: str, value: Any) -> Any:
    is_text = kind == "B" and isinstance(value, str)
    return base64.b64decode(value, validate=True) if is_text else value
