"""What a stored delivery of Invo says, field by field; whatever else it says is left alone.

Texts and amounts are read as they stand: every figure is a decimal text, and a JSON number is as
good while it is exact.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from casino.accounts.purchases import MisfitError
from casino.base.exact_json import parse

_ID: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
#: What of an event may leave as it is: ids and counts, which name nobody outside.
_TOLD: Final = (
    *("event_id", "order_id", "transaction_id", "item_id", "item_quantity", "subscription_id"),
    *("identity_id", "payout_id", "approval_id", "status"),
)
#: Orders of these types sold no coins, so that nothing of them was ever credited here.
_NO_COINS: Final = frozenset({"platform_commerce", "subscription_renewal"})


class InvoEvent:
    """The event in a body that was verified; nothing in it has to be there."""

    def __init__(self, body: bytes) -> None:
        self._whole: Mapping[str, Any] = parse(body)
        data = self._whole.get("data")
        self._data: Mapping[str, Any] = data if isinstance(data, dict) else {}

    def text(self, name: str) -> str:
        """Return a text of `data`; empty when it is none that can be printed."""
        value = self._data.get(name)
        return value if isinstance(value, str) and value.isprintable() else ""

    @property
    def order_id(self) -> str:
        """The order; raises `MisfitError`."""
        found = self.text("order_id")
        if not _ID.fullmatch(found):
            raise MisfitError("it names no order")
        return found

    def identity(self, name: str = "identity_id") -> str | None:
        """Return an id of a player's, or `None`."""
        found = self.text(name)
        return found if _ID.fullmatch(found) else None

    def amount(self, name: str) -> str:
        """Return an amount as a decimal text, `0` when it is null or missing.

        Raises `MisfitError`.
        """
        match self._data.get(name):
            case None:
                return "0"
            case str() as said:
                return said
            case bool():
                raise MisfitError("the amount is none")
            case int() as whole:
                return str(whole)
            case Decimal() as exact if exact.is_finite() and abs(exact.adjusted()) < 30:
                return f"{exact:f}"
            case _:
                raise MisfitError("the amount is none")

    @property
    def of_subscription(self) -> bool:
        """Whether a purchase is a subscription's renewal, which grants nothing."""
        metadata = self._data.get("metadata")
        source = metadata.get("source") if isinstance(metadata, dict) else None
        return source == "subscription_renewal"

    @property
    def sold_no_coins(self) -> bool:
        """Whether a dispute is about an order that credited nothing here."""
        return self.text("order_type") in _NO_COINS

    @property
    def dispute(self) -> str:
        """What tells a dispute from every other of its order."""
        ids = (self.identity(name) for name in ("dispute_id", "steam_transid", "charge_id"))
        return next((found for found in ids if found), "only")

    def moment(self, name: str, default: float) -> float:
        """Return a time in seconds since the epoch; `default` for one that cannot be read."""
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            return default
        return default if found.tzinfo is None else found.timestamp()

    def told(self) -> dict[str, Any]:
        """Return what of it may be told: ids and counts alone."""
        said = {**self._data, "event_id": self._whole.get("event_id")}
        plain = {name: said[name] for name in _TOLD if isinstance(said.get(name), str | int)}
        short = {name: value for name, value in plain.items() if len(str(value)) <= 128}
        # Half of a character cannot be stored, and JSON can spell it.
        return {name: value for name, value in short.items() if str(value).isprintable()}
