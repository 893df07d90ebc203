"""Acts on what is stored, each delivery once.

A worker takes a delivery up, which counts the try and puts the next one off; asks its dialect what
it means; and writes the effect and the new state in one transaction, conditional on the try. So a
worker may die anywhere, or come too late: what it took up is due again later, and nobody commits
for a try that is not the last. The table's stream tells of a delivery at once; a schedule finds
what is due again. A counterpart that does not answer keeps nothing waiting but its own deliveries.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.base.clock import Clock
from casino.base.errors import BusyError, RetryableError
from casino.deliveries.dialect import Effect
from casino.deliveries.model import (
    MOST_ATTEMPTS,
    Delivery,
    Done,
    Ignored,
    Outcome,
    State,
    Unmatched,
    state_after,
)
from casino.deliveries.ports import Inbox
from casino.integrations.model import Integration, stopped
from casino.observability.telemetry import Telemetry
from casino.providers.ports import ProviderError
from casino.providers.token import TokenError

#: How often an effect is asked again at once, when something that it read has changed meanwhile.
_AT_ONCE: Final = 8
_LONGEST_WAIT_S: Final = 0.2

#: What counts in the metrics when a delivery gets a state, beside the log.
_COUNTED: Final[Mapping[State, str]] = {
    "done": "DeliveriesDone",
    "ignored": "DeliveriesIgnored",
    "unmatched": "DeliveriesUnmatched",
    "failed": "DeliveriesFailed",
}


class _DisabledError(RetryableError):
    """The integration is cut off: what it told waits until that is over."""

    code = "integration_disabled"


@dataclass(frozen=True, slots=True)
class Worker:
    """The use case; `effects` are those of each family.

    `integration` returns one with the switches in force, read now.
    """

    inbox: Inbox
    integration: Callable[[str], Integration | None]
    effects: Mapping[str, Effect]
    clock: Clock
    observer: Telemetry
    jitter: Callable[[], float] = random.random

    def work(self, integration: str, key: str) -> None:
        """Act on a delivery if it is due; what cannot be done now is tried again later.

        What is switched off waits, and costs no try. Raises `RetryableError` when not even that
        could be written down.
        """
        if not self._waits(integration):
            self._work(integration, key)

    def _work(self, integration: str, key: str) -> None:
        found = self.inbox.get(integration, key)
        taken = self.inbox.take(found, self.clock.now()) if found is not None else None
        if taken is None:
            return
        try:
            outcome = self._act(taken)
        except ProviderError as error:
            self._put_off(taken, error.code)
        except TokenError as error:
            self._put_off(taken, f"token_{error.reason}")
        except RetryableError as error:
            self._put_off(taken, error.code, str(error))
        except Exception as error:  # noqa: BLE001 - one delivery must not stop the others
            self.observer.crash(error, integration=integration, key=key)
            self._put_off(taken, f"unexpected_{type(error).__name__}")
        else:
            if outcome is not None:
                self._tell(taken, outcome)

    def sweep(self, left_s: Callable[[], float]) -> float:
        """Act on all that is due, while more than 10 s are left.

        Returns how long the oldest delivery has waited to be acted on, in seconds; 0 when none
        waits.
        """
        oldest_s, off = 0.0, set[str]()
        for delivery in self.inbox.of_state("received"):
            now = self.clock.now()
            name, due = delivery.integration, delivery.next_at <= now and left_s() > 10
            if due and name not in off and self._waits(name):
                off.add(name)
            elif due and name not in off:
                self._work(name, delivery.key)
                again = self.inbox.get(name, delivery.key)
                if again is None or again.state != "received":
                    continue
            oldest_s = max(oldest_s, now - delivery.received_at)
        return oldest_s

    def _waits(self, name: str) -> bool:
        """Tell whether the integration is switched off, or the account that it calls as."""
        receiver = self.integration(name)
        account = self.integration(receiver.partner.calls_as) if receiver is not None else None
        now = self.clock.now()
        waits = any(
            each and stopped(each.partner.partners_off, now) for each in (receiver, account)
        )
        if waits:
            self.observer.event("deliveries wait", integration=name, reason="partners_disabled")
        return waits

    def _act(self, taken: Delivery) -> Outcome | None:
        """Ask for the effect and commit it; `None` when somebody else has the delivery now."""
        for attempt in range(_AT_ONCE):
            outcome = self._outcome(taken)
            committed = self.inbox.commit(taken, outcome, self.clock.now())
            if committed == "claimed":
                outcome = Ignored("another delivery has told the same")
                committed = self.inbox.commit(taken, outcome, self.clock.now())
            if committed == "committed":
                return outcome
            if committed == "lost":
                return None
            self.clock.sleep(self.jitter() * min(_LONGEST_WAIT_S, 0.01 * 2**attempt))
        raise BusyError("what the effect reads changed too often")

    def _outcome(self, taken: Delivery) -> Outcome:
        integration, effect = self.integration(taken.integration), self.effects.get(taken.dialect)
        if integration is None:
            return Unmatched("its integration does not exist")
        if not integration.enabled:
            raise _DisabledError
        if effect is None:
            return Unmatched(f"nobody acts on deliveries of {taken.dialect}")
        return effect.act(taken, integration, self.clock.now())

    def _put_off(self, taken: Delivery, reason: str, detail: str = "") -> None:
        """Leave it for later, or to a person when it was tried often enough."""
        state: State = "failed" if taken.attempts >= MOST_ATTEMPTS else "received"
        self.inbox.put_off(taken, reason, state, self.clock.now())
        facts: dict[str, Any] = {
            "integration": taken.integration,
            "kind": taken.kind,
            "reason": reason,
        }
        tries: dict[str, Any] = {"key": taken.key, "attempts": taken.attempts, "became": state}
        self.observer.event("delivery put off", error=True, **facts | tries, detail=detail)
        self.observer.count(_COUNTED.get(state, "DeliveryRetries"), 1, **facts)

    def _tell(self, taken: Delivery, outcome: Outcome) -> None:
        state = state_after(outcome)
        facts: dict[str, Any] = {"integration": taken.integration, "kind": taken.kind}
        self.observer.event("delivery acted on", **facts | {"key": taken.key, "became": state})
        told = outcome.told if isinstance(outcome, Done) else ()
        for metric in (_COUNTED[state], *(event.metric for event in told if event.metric)):
            self.observer.count(metric, 1, **facts)
