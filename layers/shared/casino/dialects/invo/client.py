"""What we call at Invo: items bought with a player's coins, and calls in a player's name.

A purchase is named by our `client_request_id`, so it may be sent again; an answer of 409 says that
an earlier try succeeded. Whatever happens to the answers, the order is looked up before anybody is
told that it failed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from casino.base.errors import AdminError
from casino.dialects.invo.player_token import SDK_KEY_HEADER, PlayerTokens
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.ports import ProviderCall, ProviderError
from casino.providers.sender import Reply
from casino.providers.token import SharedToken
from casino.providers.token_request import with_token
from casino.providers.transport import Manner, Transport
from casino.signing.pair import Pair

#: The family of the integration whose `secret_key` is the SDK key; it signs nothing.
ACCOUNT: Final = "invo-account"
PURCHASE_ITEM: Final = "/api/item-purchases/purchase-item"
ORDER_DETAILS: Final = "/api/item-purchases/order-details"

_ID: Final = re.compile(r"(?!sub_)[!-~]{1,128}", re.ASCII)
_WORD: Final = re.compile(r"[^a-z_]", re.ASCII)
_PRICE: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,2})?", re.ASCII)
_MOST_ITEMS: Final = 1_000
#: Statuses that are an answer of Invo's, and no trouble on the way.
_FINAL: Final = frozenset({400, 401, 403, 404, 409, 422})
#: What Invo says while somebody else still has to agree, beside all that begins with `pending_`.
_STEPS: Final = frozenset({"requires_action", "needs_account_selection"})
_STALE: Final = frozenset({"PLAYER_TOKEN_STALE", "SDK_TOKEN_EXPIRED"})
#: After these nobody knows whether a purchase was made.
_UNKNOWN: Final = frozenset(
    {"provider_timeout", "provider_unavailable", "provider_invalid_answer", "provider_circuit_open"}
)


@dataclass(frozen=True, slots=True)
class ItemPurchase:
    """An item to buy with a player's coins; `unit_price` is a decimal text in coins."""

    client_request_id: str
    player_email: str
    player_name: str
    item_id: str
    item_name: str
    quantity: int
    unit_price: str

    def fields(self) -> dict[str, Any]:
        """Return the body; raises `AdminError` for what Invo takes from nobody."""
        if not _ID.fullmatch(self.client_request_id):
            message = "a request id is 1 to 128 printable characters and does not begin with sub_"
            raise AdminError("invalid_request", message)
        if not 1 <= self.quantity <= _MOST_ITEMS:
            raise AdminError("invalid_request", f"buy 1 to {_MOST_ITEMS} of an item")
        if not _PRICE.fullmatch(self.unit_price) or not Decimal(self.unit_price):
            raise AdminError("invalid_request", "a price is like 2.50, above 0 and below a million")
        total = Decimal(self.unit_price) * self.quantity
        if total >= 10**6:
            raise AdminError("invalid_request", "a purchase is below a million")
        return {
            "client_request_id": self.client_request_id,
            "player_email": self.player_email,
            "player_name": self.player_name,
            "item_id": self.item_id,
            "item_name": self.item_name,
            "item_quantity": self.quantity,
            "unit_price": self.unit_price,
            "total_price": f"{total:f}",
        }


@dataclass(frozen=True, slots=True)
class ItemOrder:
    """An item's order, in Invo's words; `recovered` when an earlier try had made it.

    Nothing is bought while somebody else still has to agree: `waits_for` is then Invo's word for
    it, and the ids may be empty.
    """

    order_id: str
    transaction_id: str
    new_balance: str
    currency_name: str
    item_id: str = ""
    """The item, where Invo says it."""
    recovered: bool = False
    waits_for: str = ""


class InvoClient:
    """The calls; every failure is a `ProviderError`, or a `TokenError` when nobody lets us in."""

    def __init__(self, transport: Transport, keyring: Keyring, tokens: PlayerTokens) -> None:
        self._transport = transport
        self._keyring = keyring
        self._tokens = tokens

    def purchase_item(self, account: Integration, wanted: ItemPurchase) -> ItemOrder:
        """Buy an item once, whoever asks again; raises `AdminError` for what cannot be bought."""
        body = json.dumps(wanted.fields()).encode()
        call = _call(account, "POST", PURCHASE_ITEM)
        try:
            reply = self._with_key(account, call, body)
            if reply.status == 404:
                raise self._unexpected(call, reply, _code_of(reply), "provider_refused")
            if reply.status != 409:
                return self._read(call, reply, recovered=False)
        except ProviderError as error:
            found = self._found_after(account, wanted, error)
            if found is None:
                raise
            return found
        found = self.order(account, wanted.client_request_id)
        if found is None:
            raise self._unexpected(call, reply, "bought before, and no order is known")
        return found

    def order(self, account: Integration, client_request_id: str) -> ItemOrder | None:
        """Return what one of our requests has bought; `None` when nothing."""
        call = _call(account, "GET", ORDER_DETAILS)
        query = f"?client_request_id={quote(client_request_id, safe='')}"
        reply = self._with_key(account, call, b"", query)
        return None if reply.status == 404 else self._read(call, reply, recovered=True)

    def token(self, email: str) -> SharedToken:
        """Return the token of a player, for the player's browser."""
        return self._tokens.of(email)

    def as_player(
        self, account: Integration, email: str, method: str, path: str, body: bytes = b""
    ) -> Reply:
        """Return the answer to a call of `/api/sdk` in a player's name.

        A token that is refused or stale is replaced once, and the call sent once more.
        """
        call = _call(account, method, path)

        def send(token: str) -> Reply:
            manner = Manner(_FINAL, {"Authorization": f"Bearer {token}"})
            return self._transport.send(account, call, body, manner=manner)

        reply = with_token(self._tokens.of(email), send, _token_refused)
        return self._answered(call, reply)

    def _found_after(
        self, account: Integration, wanted: ItemPurchase, error: ProviderError
    ) -> ItemOrder | None:
        """Return the order of a purchase whose answer was lost, if there is one."""
        if error.code not in _UNKNOWN:
            return None
        try:
            return self.order(account, wanted.client_request_id)
        except ProviderError:
            return None  # the first failure says more

    def _with_key(
        self, account: Integration, call: ProviderCall, body: bytes, query: str = ""
    ) -> Reply:
        """Send with the SDK key; one that is refused is read again, and a new one tried once."""
        pair = self._keyring.live(account)[0]
        reply = self._sent(account, call, body, query, pair)
        if reply.status == 401:
            self._keyring.refresh(account)
            newest = self._keyring.live(account)[0]
            if newest != pair:
                reply, pair = self._sent(account, call, body, query, newest), newest
        if reply.status == 401:
            self._tokens.tell_refused(pair)
        if reply.status in (404, 409):
            return reply
        return self._answered(call, reply)

    def _sent(
        self, account: Integration, call: ProviderCall, body: bytes, query: str, pair: Pair
    ) -> Reply:
        manner = Manner(_FINAL, {SDK_KEY_HEADER: pair.secret_key})
        return self._transport.send(account, call, body, query, manner)

    def _answered(self, call: ProviderCall, reply: Reply) -> Reply:
        if reply.status < 400:
            return reply
        if reply.status == 400 and "current_balance" in reply.fields():
            # The player's affair: no failure of a call, which an alarm would count.
            raise ProviderError("insufficient_balance", _code_of(reply), reply.status)
        raise self._unexpected(call, reply, _code_of(reply), "provider_refused")

    def _read(self, call: ProviderCall, reply: Reply, *, recovered: bool) -> ItemOrder:
        fields = reply.fields()
        if "order" in fields and isinstance(fields["order"], Mapping):
            fields = fields["order"]
        known = [fields.get(name) for name in ("order_id", "transaction_id")]
        status = str(fields.get("status", "success"))
        if status in _STEPS or status.startswith("pending_"):
            return ItemOrder("", "", "", "", "", recovered, _WORD.sub("", status)[:64])
        if status not in ("success", "completed"):
            raise self._unexpected(call, reply, "it is not bought")
        if not all(isinstance(each, str) and _ID.fullmatch(each) for each in known):
            raise self._unexpected(call, reply, "an order has order_id and transaction_id")
        order_id, transaction_id = map(str, known)
        told = ("new_balance", "currency_name", "item_id")
        balance, currency, item_id = (str(fields.get(name, ""))[:128] for name in told)
        return ItemOrder(order_id, transaction_id, balance, currency, item_id, recovered)

    def _unexpected(
        self, call: ProviderCall, reply: Reply, detail: str, code: str = "provider_invalid_answer"
    ) -> ProviderError:
        return self._transport.unexpected(call, reply, detail, code)


def _call(account: Integration, method: str, path: str) -> ProviderCall:
    return ProviderCall(account.name, method, path, str(uuid4()))


def _code_of(reply: Reply) -> str:
    """Return Invo's code for a refusal; its messages may name people."""
    fields = reply.fields()
    codes = (fields.get(name) for name in ("error_code_public", "code", "error_code"))
    found = next((each for each in codes if isinstance(each, str)), "")
    safe = re.fullmatch(r"[A-Za-z_]{1,64}", found, re.ASCII) is not None
    return found if safe else f"status {reply.status}"


def _token_refused(reply: Reply) -> bool:
    return reply.status == 401 or (reply.status == 403 and _code_of(reply) in _STALE)
