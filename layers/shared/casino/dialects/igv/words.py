"""The words of iGV's orders: the one place that names fields, paths and statuses.

What the partner's public pages leave open stands here as a default, and an integration's settings
replace it: see docs/igv.md for what is assumed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from casino.integrations.model import Integration

#: The family of the integration that receives callbacks, and of the account that we call with.
CALLBACKS: Final = "igv-seller"
ACCOUNT: Final = "igv-account"

#: `sellerOrderStatus` of an order that is paid, passed the risk review, and waits for its delivery.
AWAITING_DELIVERY: Final = 1

#: The kind of a delivery that the poll made, in place of callbacks that were lost.
POLLED: Final = "order.polled"
#: The kind of a delivery that two bodies under one request id made: which order was meant?
DOUBTED: Final = "order.doubted"

_DEFAULTS: Final[Mapping[str, str]] = {
    "orders_path": "/seller/order",
    "deliver_path": "/seller/order/{orderId}/deliver",
    "deliver_error_path": "/seller/order/{orderId}/deliver-error",
    "partner_orders_path": "/seller/partner/order",
    "user_path": "/pay-fac/{merchant}/v1/user",
    "merchant": "",
}
#: What an integration of iGV may be told, and what stands there if it is not.
SETTINGS: Final = _DEFAULTS

#: An id is a whole number of 64 bits, a buyer's id a text of digits.
_MOST_ID: Final = 2**63 - 1
_NUMBER: Final = re.compile(r"[!-~]{1,64}", re.ASCII)
_BUYER: Final = re.compile(r"[0-9]{1,32}", re.ASCII)


class MalformedOrderError(ValueError):
    """This is no order; the message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the platform tells it; `number` and `buyer` name it to people."""

    order_id: int
    number: str
    buyer_id: str
    status: int


def setting(integration: Integration, name: str) -> str:
    """Return what an integration is told, or the default."""
    return integration.partner.setting(name, _DEFAULTS[name])


def path_of(integration: Integration, name: str, order_id: int) -> str:
    """Return a path that names an order."""
    return setting(integration, name).replace("{orderId}", quote(str(order_id), safe=""))


def read_order(fields: object) -> Order:
    """Return the order in a JSON object; raises `MalformedOrderError`. More fields are fine."""
    if not isinstance(fields, Mapping):
        raise MalformedOrderError("an order is a JSON object")
    number, buyer = fields.get("orderNum"), fields.get("buyerId")
    status = fields.get("sellerOrderStatus")
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise MalformedOrderError("orderNum is a text of 1 to 64 printable characters")
    if not isinstance(buyer, str) or not _BUYER.fullmatch(buyer):
        raise MalformedOrderError("buyerId is a text of digits")
    if isinstance(status, bool) or not isinstance(status, int):
        raise MalformedOrderError("sellerOrderStatus is a whole number")
    return Order(read_order_id(fields), number, buyer, status)


def read_order_id(fields: Mapping[str, Any]) -> int:
    """Return the `orderId` of a JSON object; raises `MalformedOrderError`."""
    value = fields.get("orderId")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MOST_ID:
        raise MalformedOrderError("orderId is a whole number of 64 bits")
    return value
