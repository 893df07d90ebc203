"""The words of orders that a marketplace has sold for us."""

from dataclasses import dataclass
from typing import Final, Literal

type OrderState = Literal[
    "awaiting_delivery", "delivering", "delivered", "failing", "delivery_error"
]
"""In `delivering` and `failing` the marketplace was told, and its answer is not known."""

ORDER_STATES: Final[tuple[OrderState, ...]] = (
    "awaiting_delivery",
    "delivering",
    "failing",
    "delivered",
    "delivery_error",
)


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """An order that the marketplace confirmed to us; times are ISO 8601 UTC."""

    integration: str
    """The one that receives its callbacks."""
    order_id: int
    number: str
    """What people call it, such as `SO1689644928115784`."""
    buyer_id: str
    state: OrderState
    known_at: str
    changed_at: str
    found_by: str = ""
    """`callback`, or `poll` for an order whose callbacks were lost."""
    content: str = ""
    """The SHA-256 of what is or was delivered; empty before."""
