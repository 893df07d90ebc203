"""Purchases at a partner, and what is taken back of them: each once, in whatever order they come.

Nothing is written here. A use case reads, decides, and returns the writes, which its caller commits
together with the delivery that told of them; when a condition fails, it is asked again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

from casino.accounts.ports import Bought
from casino.base.errors import CasinoError
from casino.base.money import EXPONENTS, AmountError, AmountPrecisionError, to_minor
from casino.base.times import iso_utc
from casino.wallet.dialect import Words
from casino.wallet.model import Entry, Transaction, Wallet
from casino.wallet.ports import Accounts
from casino.wallet.purchase import Order, purchase_id, reversal_id
from casino.wallet.record_purchase import purchase_commits

_DECIMAL: Final = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
#: So many refunds and disputes may one order have; more would be no order's.
_MOST_REVERSALS: Final = 50


class MisfitError(CasinoError):
    """It fits nothing that we hold, so a person has to look; the message names nobody."""


class RepeatedError(CasinoError):
    """It was done before, or there is nothing to do."""


class Told(NamedTuple):
    """Where a movement was told: the delivery's key, and the trace of its request."""

    key: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """What to write, and the entries that it makes: none while a purchase has not come."""

    writes: tuple[Any, ...]
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Purchases:
    """The use cases; each raises `MisfitError`, `RepeatedError` and `UnavailableError`."""

    orders: Bought
    accounts: Accounts
    dialect: Words

    def credit(self, bought: Order, amount: str, told: Told, now: float) -> Change:
        """Pay a purchase in, less what was taken back before it came.

        `bought` says which order of which player, and in which currency.
        """
        known = self.orders.order(bought.integration, bought.order_id)
        minor = exact_minor(amount, bought.currency)
        if minor <= 0:
            raise MisfitError("the amount is not above 0")
        whole = replace(bought, amount_minor=minor)
        if known is not None:
            whole = replace(whole, taken_back=known.taken_back, version=known.version)
            if known == whole:
                raise RepeatedError("the order was credited before")
            if known.amount_minor:
                raise MisfitError("the order was credited before, and was another one")
        purchase = _request(whole, purchase_id(whole.order_id), "purchase", minor, told)
        taken = [(name, said) for name, said in whole.taken_back if _decimal(said)]
        reversals = [_reversal(whole, name, said, told) for name, said in taken]
        return self._change(known, whole, [purchase, *reversals], now)

    def take_back(
        self, integration: str, order_id: str, name: str, amount: str, told: Told, now: float
    ) -> Change:
        """Take back what a refund or dispute says, or note it until the purchase comes.

        `name` tells it from every other of the order: `refund/<key>`, `dispute/<id>`.
        """
        if _decimal(amount) <= 0:
            raise RepeatedError("nothing was debited")
        known = self.orders.order(integration, order_id)
        order = known or Order(integration, order_id)
        before = dict(order.taken_back)
        if name in before:
            if _decimal(before[name]) == _decimal(amount):
                raise RepeatedError("it was taken back before")
            said = "with another amount" if _decimal(before[name]) else "as a dispute that is won"
            raise MisfitError(f"it is known already, {said}")
        after = _noted(order, name, amount)
        requests = [_reversal(after, name, amount, told)] if after.amount_minor else []
        return self._change(known, after, requests, now)

    def spare(self, integration: str, order_id: str, name: str) -> Change:
        """Note that a dispute was won: nothing is taken back by it, whatever comes late."""
        known = self.orders.order(integration, order_id)
        order = known or Order(integration, order_id)
        before = dict(order.taken_back).get(name)
        if before is None:
            return self._change(known, _noted(order, name, "0"), [], 0)
        if _decimal(before):
            raise MisfitError("the dispute is won, but its amount was taken back before")
        raise RepeatedError("the dispute is known to be won")

    def _change(
        self, known: Order | None, after: Order, requests: Sequence[Transaction], now: float
    ) -> Change:
        order = replace(after, version=after.version + 1)
        if not requests:
            return Change(self.orders.writes(known, order))
        _check_sum(after)
        wallet = self._wallet(after)
        commits = purchase_commits(wallet, requests, iso_utc(now), self.dialect)
        entries = tuple(commit.entry for commit in commits)
        return Change(self.orders.writes(known, order, wallet, entries), entries)

    def _wallet(self, order: Order) -> Wallet:
        wallet = self.accounts.wallet(order.player_id, order.currency)
        if wallet is None:
            raise MisfitError(f"the player has no {order.currency} wallet")
        return wallet


def exact_minor(amount: str, currency: str) -> int:
    """Return a decimal text in minor units; nothing is rounded. Raises `MisfitError`."""
    if currency not in EXPONENTS:
        raise MisfitError("the currency is not known")
    try:
        return to_minor(_decimal(amount), currency)
    except AmountPrecisionError:
        raise MisfitError(f"{currency} cannot hold the amount exactly") from None
    except AmountError:
        raise MisfitError("the amount is none") from None


def _decimal(amount: str) -> Decimal:
    if not _DECIMAL.fullmatch(amount):
        raise MisfitError("the amount is none")
    return Decimal(amount)


def _noted(order: Order, name: str, amount: str) -> Order:
    """Return the order with one more that was taken back, or spared when the amount is 0."""
    if len(order.taken_back) >= _MOST_REVERSALS:
        raise MisfitError("the order has too many refunds")
    return replace(order, taken_back=(*order.taken_back, (name, amount)))


def _check_sum(order: Order) -> None:
    taken = sum(exact_minor(said, order.currency) for _, said in order.taken_back)
    if taken > order.amount_minor:
        raise MisfitError("more is taken back than was purchased")


def _reversal(order: Order, name: str, amount: str, told: Told) -> Transaction:
    minor = exact_minor(amount, order.currency)
    made = _request(order, reversal_id(order.order_id, name), name.partition("/")[0], minor, told)
    return replace(made, kind="reversal", bet_transaction_id=purchase_id(order.order_id))


def _request(order: Order, transaction_id: str, type_: str, minor: int, told: Told) -> Transaction:
    return Transaction(
        integration=order.integration,
        transaction_id=transaction_id,
        kind="purchase",
        type=type_,
        player_id=order.player_id,
        currency=order.currency,
        amount_minor=minor,
        extra=f"delivery {told.key}",
        trace_id=told.trace_id,
    )
