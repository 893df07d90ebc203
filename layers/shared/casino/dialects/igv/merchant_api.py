"""iGV's merchant API: users are synced, and get a one-time code to open iGV with; orders listed.

Each try is signed by `igv-merchant` with a nonce of its own. The module loads no `cryptography`:
the family does, when it signs, in the one function whose layer holds it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from casino.base.errors import AdminError
from casino.dialects.igv.envelope import code_of, data_of
from casino.dialects.igv.seller_api import PAGE_ORDERS, read_orders
from casino.dialects.igv.words import MalformedOrderError, Order, setting
from casino.integrations.model import Integration
from casino.providers.ports import ProviderCall
from casino.providers.sender import Reply
from casino.providers.transport import Manner, Transport

#: What the platform answers when it could not store something: another try may.
_PASSES: Final = "10004"
_ID: Final = re.compile(r"[!-~]{1,64}", re.ASCII)
_MERCHANT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SyncedUser:
    """A user at iGV; the code opens an iGV URL once."""

    user_id: str
    authorization_code: str = field(repr=False)


class MerchantApi:
    """The merchant's side; failures are `ProviderError`, a key that cannot sign is
    `UnavailableError`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def sync_user(
        self,
        merchant: Integration,
        number: str,
        email: str,
        first_name: str = "",
        last_name: str = "",
    ) -> SyncedUser:
        """Make a user known, or known better, and return a one-time code for it."""
        if not _ID.fullmatch(number) or not email or len(email) > 254:
            raise AdminError("invalid_request", "a user has a number and an e-mail address")
        name = setting(merchant, "merchant")
        if not _MERCHANT.fullmatch(name):
            message = f"{merchant.name} has no setting 'merchant': how iGV calls this casino"
            raise AdminError("invalid_request", message)
        fields = {"merchantUserNo": number, "email": email}
        fields |= {"firstName": first_name} if first_name else {}
        fields |= {"lastName": last_name} if last_name else {}
        path = setting(merchant, "user_path").replace("{merchant}", name)
        return self._send(merchant, path, fields, _read_user)

    def orders(self, merchant: Integration, page: int = 1) -> list[Order]:
        """Return one page of the merchant's orders; the last has fewer than `PAGE_ORDERS`."""
        fields = {"pageNum": page, "pageSize": PAGE_ORDERS}
        return self._send(merchant, setting(merchant, "partner_orders_path"), fields, read_orders)

    def _send[T](
        self,
        merchant: Integration,
        path: str,
        fields: Mapping[str, Any],
        read: Callable[[object], T],
    ) -> T:
        call = ProviderCall(merchant.name, "POST", path, str(uuid4()))
        body = json.dumps(fields).encode()
        reply = self._transport.send(merchant, call, body, manner=Manner(passes=_asks_again))
        data = data_of(self._transport, call, reply)
        try:
            return read(data)
        except MalformedOrderError as error:
            raise self._transport.unexpected(call, reply, str(error)) from None


def _asks_again(reply: Reply) -> bool:
    return code_of(reply)[0] == _PASSES


def _read_user(data: object) -> SyncedUser:
    found = data if isinstance(data, Mapping) else {}
    user, code = found.get("userId"), found.get("authorizationCode")
    if isinstance(user, int) and not isinstance(user, bool):
        user = str(user)
    for each in (user, code):
        if not isinstance(each, str) or not 0 < len(each) <= 512 or not each.isprintable():
            raise MalformedOrderError("a synced user has userId and authorizationCode")
    return SyncedUser(str(user), str(code))
