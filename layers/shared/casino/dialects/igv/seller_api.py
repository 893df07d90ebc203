"""iGV's seller API: orders are looked up and listed, and their delivery or its failure is told.

Every call carries the account's token; one that is refused is replaced once, by one login. What
only reads is repeated after failures that pass. A delivery is sent once: whether it arrived, if no
answer came, is asked of the platform before anybody sends it again.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from casino.dialects.igv.envelope import code_of, data_of
from casino.dialects.igv.seller_token import SUCCESS
from casino.dialects.igv.words import (
    MalformedOrderError,
    Order,
    path_of,
    read_order,
    setting,
)
from casino.integrations.model import Integration
from casino.providers.caps import CAPS
from casino.providers.ports import ProviderCall, ProviderError
from casino.providers.sender import Reply
from casino.providers.token import SharedToken
from casino.providers.token_request import with_token
from casino.providers.transport import Manner, Transport

#: How many orders one page of the list is asked for.
PAGE_ORDERS: Final = 100
#: Pictures that a failed delivery may show.
MOST_PICTURES: Final = 10

_REFUSED: Final = frozenset({401, 403})
_TOKEN_WORDS: Final = re.compile(r"token|expired|unauthori[sz]ed|log ?in", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call: what it is, and the body that it sends."""

    method: str
    path: str
    fields: Mapping[str, Any] | None = None


class SellerApi:
    """The account's side of the seller API.

    `once` is a transport whose calls have one try. Failures are `ProviderError`, or `TokenError`
    when nobody lets us in.
    """

    def __init__(
        self,
        transport: Transport,
        once: Transport,
        token: Callable[[Integration], SharedToken],
    ) -> None:
        self._transport = transport
        self._once = once
        self._token = token

    def order(self, account: Integration, order_id: int) -> Order | None:
        """Return the order as the platform knows it now; `None` when it does not know it."""
        found = self._page(account, {"orderId": order_id, "pageNum": 1, "pageSize": PAGE_ORDERS})
        return next((order for order in found if order.order_id == order_id), None)

    def orders(self, account: Integration, status: int) -> Iterator[Order]:
        """Yield the orders with a status, page by page, to the first that is not full."""
        for number in range(1, CAPS.order_pages + 1):
            asked = {"sellerOrderStatus": status, "pageNum": number, "pageSize": PAGE_ORDERS}
            page = self._page(account, asked)
            yield from (order for order in page if order.status == status)
            if len(page) < PAGE_ORDERS:
                return
        raise ProviderError("provider_invalid_answer", "the list of orders does not end")

    def is_delivered(self, account: Integration, order_id: int) -> bool:
        """Tell whether the platform has a delivery of this order."""
        return self._send(account, _Asked("GET", path_of(account, "deliver_path", order_id)), bool)

    def deliver(self, account: Integration, order_id: int, content: Mapping[str, Any]) -> None:
        """Submit a delivery, once; `content` is the body as the partner wants it.

        Raises `provider_timeout` or `provider_unavailable` when nobody knows whether it arrived.
        """
        path = path_of(account, "deliver_path", order_id)
        self._send(account, _Asked("POST", path, content), _taken, once=True)

    def deliver_error(
        self, account: Integration, order_id: int, remark: str, pictures: tuple[str, ...] = ()
    ) -> None:
        """Say that an order cannot be delivered, and why; the same again changes nothing."""
        fields: dict[str, Any] = {"remark": remark}
        if pictures:
            fields["imageUrls"] = list(pictures[:MOST_PICTURES])
        path = path_of(account, "deliver_error_path", order_id)
        self._send(account, _Asked("POST", path, fields), _taken)

    def _page(self, account: Integration, fields: Mapping[str, Any]) -> list[Order]:
        return self._send(
            account, _Asked("POST", setting(account, "orders_path"), fields), read_orders
        )

    def _send[T](
        self,
        account: Integration,
        asked: _Asked,
        read: Callable[[object], T],
        *,
        once: bool = False,
    ) -> T:
        """Return what `read` makes of the answer's data."""
        call = ProviderCall(account.name, asked.method, asked.path, str(uuid4()))
        body = b"" if asked.fields is None else json.dumps(asked.fields).encode()
        transport = self._once if once else self._transport

        def send(token: str) -> Reply:
            manner = Manner(_REFUSED, {"Authorization": f"Bearer {token}"})
            return transport.send(account, call, body, manner=manner)

        reply = with_token(self._token(account), send, _token_refused)
        if _token_refused(reply):
            raise transport.unexpected(
                call, reply, "the token of a fresh login is refused", "provider_refused"
            )
        data = data_of(transport, call, reply)
        try:
            return read(data)
        except MalformedOrderError as error:
            raise transport.unexpected(call, reply, str(error)) from None


def _taken(data: object) -> None:
    """Refuse an answer that says in its data that nothing was done."""
    if data is False:
        raise MalformedOrderError("the platform answers that nothing was done")


def read_orders(data: object) -> list[Order]:
    """Return the orders of a page; raises `MalformedOrderError`.

    The page is a list, or an object with the list as `list` or `records`; none is an empty page.
    """
    if isinstance(data, Mapping):
        data = data.get("list", data.get("records"))
    if data is None:
        return []
    if not isinstance(data, list) or len(data) > CAPS.page_records:
        raise MalformedOrderError(f"a page is a list of at most {CAPS.page_records} orders")
    return [read_order(each) for each in data]


def _token_refused(reply: Reply) -> bool:
    """Tell whether an answer says that the token is no good, by its status or in its words."""
    code, message = code_of(reply)
    refused = code not in ("", SUCCESS) and bool(_TOKEN_WORDS.search(message))
    return reply.status in _REFUSED or (reply.status < 400 and refused)
