"""What people do with deliveries that the worker could not end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.deliveries.model import STATES, Delivery, State
from casino.deliveries.ports import Inbox

#: Those that a person may give another state.
_WAITING: Final[frozenset[State]] = frozenset({"received", "unmatched", "failed"})
#: Those that the worker could not end for reasons that pass.
_TRIED: Final[tuple[State, ...]] = ("received", "failed")


@dataclass(frozen=True, slots=True)
class DeliveryAdmin:
    """The use cases."""

    inbox: Inbox
    clock: Clock

    def of_state(self, state: State | None, integration: str | None) -> Iterator[Delivery]:
        """Yield the deliveries of a state, or all that have no end yet, the oldest first."""
        states = [state] if state else [each for each in STATES if each in _WAITING]
        for each in states:
            yield from self.inbox.of_state(each, integration)

    def get(self, integration: str, key: str) -> Delivery:
        """Return a delivery with its body; raises `AdminError`."""
        found = self.inbox.get(integration, key)
        if found is None:
            raise AdminError("delivery_not_found", f"{integration} has no delivery {key}")
        return found

    def retry(self, integration: str, key: str, *, who: Who) -> Delivery:
        """Have a delivery that waits taken up now, its tries counted anew."""
        return self._change(integration, key, "received", "retry delivery", who)

    def ignore(self, integration: str, key: str, *, who: Who) -> Delivery:
        """End a delivery without its effect, for good."""
        return self._change(integration, key, "ignored", "ignore delivery", who.explained())

    def redrive(self, integration: str | None, *, who: Who) -> list[Delivery]:
        """Have everything that has failed, or waits for its next try, taken up now."""
        taken_up = []
        for state in _TRIED:
            for each in self.inbox.of_state(state, integration):
                try:
                    taken_up.append(self.retry(each.integration, each.key, who=who))
                except AdminError as error:
                    # The worker was faster, or the list is older than the delivery's end.
                    if error.code not in ("delivery_ended", "delivery_not_found", "busy"):
                        raise
        return taken_up

    def _change(self, integration: str, key: str, state: State, what: str, who: Who) -> Delivery:
        for _ in range(4):
            found = self.get(integration, key)
            if found.state not in _WAITING:
                raise AdminError(
                    "delivery_ended", f"delivery {key} of {integration} is {found.state}"
                )
            now = self.clock.now()
            audit = who.record(integration, what, now, found.state, state, f"delivery {key}")
            if self.inbox.change(found, state, now, audit):
                return found
        raise AdminError("busy", f"delivery {key} of {integration} is being acted on: try again")
