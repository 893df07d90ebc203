"""What Invo's deliveries do here: purchases, what is taken back of them, new ids of players."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from casino.accounts.email import email_hash
from casino.accounts.identities import changed
from casino.accounts.model import Identity
from casino.accounts.ports import Identities, Named
from casino.accounts.purchases import Change, MisfitError, Purchases, RepeatedError, Told
from casino.audit.model import Who
from casino.base.money import EXPONENTS, to_major
from casino.base.times import epoch, iso_utc
from casino.deliveries.model import Delivery, Done, Ignored, Outcome, Unmatched
from casino.deliveries.model import Told as Event
from casino.dialects.invo.events import InvoEvent
from casino.integrations.model import Integration
from casino.wallet.model import Entry
from casino.wallet.purchase import Order, owed_minor

#: The setting with the effects that an integration has, separated by commas; and all of them.
EFFECTS: Final = "effects"
ALL_EFFECTS: Final = "purchases,refunds,disputes,identities"
#: The setting that says which currency Invo's names mean here: `Gems=EUR,Gold=USD`.
CURRENCY_NAMES: Final = "currency_names"

_SWITCHES: Final = {
    "purchase.completed": "purchases",
    "purchase.refunded": "refunds",
    "purchase.disputed": "disputes",
    "player.phone_changed": "identities",
}


@dataclass(frozen=True, slots=True)
class InvoEffects:
    """`Effect` of the family `invo`; `key` returns the key of the e-mails' hashes."""

    purchases: Purchases
    identities: Identities
    key: Callable[[], bytes]

    def act(self, delivery: Delivery, integration: Integration, now: float) -> Outcome:
        """Return what a delivery does; see docs/invo.md for every case."""
        event = InvoEvent(delivery.body)
        try:
            switch = _SWITCHES.get(delivery.kind)
            if switch and switch not in _effects(integration):
                return Ignored(f"the integration does nothing about {switch}")
            match delivery.kind:
                case "purchase.completed":
                    return self._bought(event, delivery, integration, now)
                case "purchase.refunded":
                    name = f"refund/{delivery.key}"
                    return self._taken_back(event, name, delivery, now)
                case "purchase.disputed":
                    return self._disputed(event, delivery, now)
                case "player.phone_changed":
                    return self._rekeyed(event, delivery, now)
                case "webhook.test":
                    return Ignored("a test")
                case kind:
                    return Done(told=(Event(f"invo.{kind}", event.told()),), note="told")
        except MisfitError as error:
            return Unmatched(str(error))
        except RepeatedError as error:
            return Ignored(str(error))

    def _bought(
        self, event: InvoEvent, delivery: Delivery, integration: Integration, now: float
    ) -> Outcome:
        if event.of_subscription:
            return Ignored("the renewal of a subscription grants nothing")
        named = self._named(event, delivery)
        player_id = named.by_id or named.by_email
        if player_id is None:
            raise MisfitError("nobody is known by its identity_id or e-mail")
        currency = _currency(event.text("currency_name"), integration)
        order = Order(delivery.integration, event.order_id, player_id, currency)
        amount = event.amount("currency_amount")
        return _done(self.purchases.credit(order, amount, _source(delivery), now))

    def _disputed(self, event: InvoEvent, delivery: Delivery, now: float) -> Outcome:
        name = f"dispute/{event.dispute}"
        if event.sold_no_coins:
            raise RepeatedError("the order sold no coins")
        if event.text("dispute_status") == "won":
            change = self.purchases.spare(delivery.integration, event.order_id, name)
            return Done(change.writes, note="the dispute is won: nothing is taken back")
        return self._taken_back(event, name, delivery, now)

    def _taken_back(self, event: InvoEvent, name: str, delivery: Delivery, now: float) -> Outcome:
        amount = event.amount("currency_debited")
        change = self.purchases.take_back(
            delivery.integration, event.order_id, name, amount, _source(delivery), now
        )
        return _done(change)

    def _rekeyed(self, event: InvoEvent, delivery: Delivery, now: float) -> Outcome:
        """Put the new id in the place of the old one; an older change than the last is none."""
        new, old = event.identity(), event.identity("previous_identity_id")
        if new is None:
            raise MisfitError("it names no new identity_id")
        integration = delivery.integration
        taken = self.identities.named(integration, new, None).by_id
        named = self._named(event, delivery, old)
        player_id = named.by_id or named.by_email or taken
        before = self.identities.of(integration, player_id) if player_id else None
        if before is None:
            raise MisfitError("nobody is known by its previous identity_id or e-mail")
        if taken not in (None, before.player_id):
            raise MisfitError("the new identity_id names another player")
        at = event.moment("changed_at", delivery.received_at)
        if before.identity_id == new:
            raise RepeatedError("the identity_id is known")
        if before.identity_id != old and epoch(before.changed_at) >= at:
            raise RepeatedError("a later change is known")
        after = replace(before, identity_id=new, changed_at=iso_utc(at), version=before.version + 1)
        return self._identity(before, after, delivery, now)

    def _identity(
        self, before: Identity, after: Identity, delivery: Delivery, now: float
    ) -> Outcome:
        who = Who(f"delivery of {delivery.integration}", delivery.key[:200])
        record = changed(before, after, who, now)
        payload = {"integration": after.integration}
        told = Event("player.identity_changed", payload, after.player_id)
        return Done(self.identities.writes(before, after, record), (told,), note="re-keyed")

    def _named(self, event: InvoEvent, delivery: Delivery, identity_id: str | None = None) -> Named:
        """Return whom the delivery names; raises `MisfitError` when it names two."""
        identity_id = identity_id or event.identity()
        email = event.text("player_email")
        hashed = email_hash(email, self.key()) if email else None
        named = self.identities.named(delivery.integration, identity_id, hashed)
        if None not in named and named.by_id != named.by_email:
            raise MisfitError("its identity_id and its e-mail name two players")
        return named


def _source(delivery: Delivery) -> Told:
    return Told(delivery.key, delivery.trace_id)


def _effects(integration: Integration) -> set[str]:
    """Return which effects are on; a word that is none may be one that somebody meant."""
    words = {each.strip() for each in integration.partner.setting(EFFECTS, ALL_EFFECTS).split(",")}
    if not words <= set(_SWITCHES.values()):
        raise MisfitError("the setting effects has a word that is no effect")
    return words


def _currency(name: str, integration: Integration) -> str:
    """Return the currency that one of Invo's names means here."""
    pairs = integration.partner.setting(CURRENCY_NAMES).split(",")
    meant = dict(pair.strip().split("=", 1) for pair in pairs if "=" in pair)
    found = meant.get(name, name)
    if found not in EXPONENTS:
        raise MisfitError("the currency is not known")
    return found


def _done(change: Change) -> Done:
    if not change.entries:
        return Done(change.writes, note="noted until the purchase comes")
    told = [event for entry in change.entries for event in _events(entry)]
    return Done(change.writes, tuple(told), note=", ".join(map(_words, change.entries)))


def _words(entry: Entry) -> str:
    owed, amount = owed_minor(entry), to_major(entry.amount_minor, entry.currency)
    done = "credited" if entry.kind == "purchase" else "taken back"
    rest = f", {to_major(owed, entry.currency)} of it owed" if owed else ""
    return f"{amount} {entry.currency} {done}{rest}"


def _events(entry: Entry) -> list[Event]:
    owed = owed_minor(entry)
    payload = {
        "integration": entry.integration,
        "transaction_id": entry.transaction_id,
        "amount": to_major(entry.amount_minor, entry.currency),
        "currency": entry.currency,
    }
    kind = "purchase.credited" if entry.kind == "purchase" else "purchase.taken_back"
    events = [Event(kind, payload, entry.player_id)]
    if owed:
        missing = {**payload, "owed": to_major(owed, entry.currency)}
        events.append(Event("purchase.owed", missing, entry.player_id, "PurchasesOwed"))
    return events
