"""The edges of iGV's two functions: of the seller's orders, and of the merchant's calls.

People's commands and the casino's own services invoke them; the poll is a schedule's. A refusal is
an answer, `{"error": {"code", "message"}}`: only what nobody foresaw is an error of the function.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.errors import AdminError, RetryableError
from casino.dialects.igv.fulfil import Fulfilment
from casino.dialects.igv.merchant_api import MerchantApi
from casino.dialects.igv.poll import ON_ITS_WAY_S, Poll
from casino.integrations.model import Integration, stopped
from casino.orders.model import SoldOrder
from casino.providers.ports import ProviderError
from casino.providers.token import TokenError

type Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrdersEndpoint:
    """`{"action": "poll"}`, and `deliver` or `deliver_error` of an order, with who asks and why."""

    poll: Poll
    fulfilment: Fulfilment

    def handle(self, event: Given, context: object) -> dict[str, Any]:
        """Return `{"found": …}` of a poll, else `{"order": …}`."""
        return _answered(event, {"poll": self._poll, "deliver": self._deliver,
                                 "deliver_error": self._deliver_error})  # fmt: skip

    def _poll(self, event: Given) -> dict[str, Any]:
        on_its_way_s = float(event.get("on_its_way_s", ON_ITS_WAY_S))
        return {"found": self.poll.run(min(max(on_its_way_s, 0.0), ON_ITS_WAY_S))}

    def _deliver(self, event: Given) -> dict[str, Any]:
        name, order_id, who = _order(event)
        return _shown(self.fulfilment.deliver(name, order_id, event["content"], who=who))

    def _deliver_error(self, event: Given) -> dict[str, Any]:
        name, order_id, who = _order(event)
        pictures = tuple(str(each) for each in event.get("pictures", ()))
        remark = str(event["remark"])
        return _shown(self.fulfilment.deliver_error(name, order_id, remark, pictures, who=who))


@dataclass(frozen=True, slots=True)
class MerchantEndpoint:
    """`sync_user` and `orders` of an integration of the family `igv-merchant`."""

    api: MerchantApi
    integration: Callable[[str], Integration | None]
    clock: Clock

    def handle(self, event: Given, context: object) -> dict[str, Any]:
        """Return `{"user_id", "authorization_code"}`, or `{"orders": […]}`."""
        return _answered(event, {"sync_user": self._sync_user, "orders": self._orders})

    def _sync_user(self, event: Given) -> dict[str, Any]:
        named = [str(event.get(name, "")) for name in ("first_name", "last_name")]
        number, email = str(event["number"]), str(event["email"])
        return asdict(self.api.sync_user(self._merchant(event), number, email, *named))

    def _orders(self, event: Given) -> dict[str, Any]:
        found = self.api.orders(self._merchant(event), int(event.get("page", 1)))
        return {"orders": [asdict(order) for order in found]}

    def _merchant(self, event: Given) -> Integration:
        name = str(event["integration"])
        found = self.integration(name)
        if found is None or found.family != "igv-merchant" or not found.enabled:
            raise AdminError("integration_not_found", f"{name} is no integration of a merchant")
        if stopped(found.partner.partners_off, self.clock.now()):
            raise AdminError("partners_disabled", f"calls to {name} are switched off")
        return found


def _answered(
    event: Given, actions: Mapping[str, Callable[[Given], dict[str, Any]]]
) -> dict[str, Any]:
    """Return what the event's action answers, or why it could not be done."""
    action = actions.get(str(event.get("action")))
    if action is None:
        return _error("invalid_request", f"an action is one of {', '.join(actions)}")
    try:
        return action(event)
    except AdminError as error:
        return _error(error.code, str(error))
    except ProviderError as error:
        return _error(error.code, str(error))
    except TokenError as error:
        return _error("no_token", f"no token: {error.reason}")
    except RetryableError as error:
        return _error(error.code, str(error) or "try again")
    except (KeyError, TypeError, ValueError) as error:
        return _error("invalid_request", f"the event lacks something: {type(error).__name__}")


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _order(event: Given) -> tuple[str, int, Who]:
    who = Who(str(event["who"]), str(event["reason"]))
    return str(event["integration"]), int(event["order_id"]), who


def _shown(order: SoldOrder) -> dict[str, Any]:
    return {"order": asdict(order)}
