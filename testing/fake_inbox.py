"""The stored deliveries in memory; passes the same contract tests as the table's."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from casino.audit.model import AuditRecord
from casino.deliveries.model import Delivery, Done, Ignored, Outcome, State, pause_s
from casino.deliveries.ports import Committed


@dataclass
class FakeInbox:
    """`Inbox` in memory.

    A write of an outcome is a function here: it is called when it commits, all of them or none. One
    that returns false is a condition that does not hold; then nothing else may have changed.
    """

    stored: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    claims: set[tuple[str, str]] = field(default_factory=set)
    audit: list[AuditRecord] = field(default_factory=list)

    def put_if_absent(self, delivery: Delivery) -> Delivery | None:
        there = self.stored.get(_key(delivery))
        if there is None:
            self.stored[_key(delivery)] = delivery
        return there

    def get(self, integration: str, key: str) -> Delivery | None:
        return self.stored.get((integration, key))

    def take(self, delivery: Delivery, now: float) -> Delivery | None:
        due = delivery.state == "received" and delivery.next_at <= now
        if not due or not self._is_last(delivery):
            return None
        attempts = delivery.attempts + 1
        taken = replace(delivery, attempts=attempts, next_at=int(now) + pause_s(attempts))
        self.stored[_key(delivery)] = taken
        return taken

    def commit(self, taken: Delivery, outcome: Outcome, now: float) -> Committed:
        if not self._is_last(taken):
            return "lost"
        ended = replace(taken, ended_at=int(now))
        if isinstance(outcome, Done):
            claim = (taken.integration, outcome.claim)
            if outcome.claim and claim in self.claims:
                return "claimed"
            if not all(write() is not False for write in outcome.writes):
                return "overtaken"
            if outcome.claim:
                self.claims.add(claim)
            ended = replace(ended, state="done", told=outcome.told, reason=outcome.note)
        else:
            state: State = "ignored" if isinstance(outcome, Ignored) else "unmatched"
            ended = replace(ended, state=state, reason=outcome.reason)
        self.stored[_key(taken)] = ended
        return "committed"

    def put_off(self, taken: Delivery, reason: str, state: State, now: float) -> None:
        if self._is_last(taken):
            ended_at = 0 if state == "received" else int(now)
            changed = replace(taken, reason=reason, state=state, ended_at=ended_at)
            self.stored[_key(taken)] = changed

    def of_state(self, state: State, integration: str | None = None) -> Iterator[Delivery]:
        found = [
            replace(each, body=b"", headers=(), told=())
            for each in self.stored.values()
            if each.state == state and integration in (None, each.integration)
        ]
        return iter(sorted(found, key=lambda each: each.received_at))

    def change(self, delivery: Delivery, state: State, now: float, audit: AuditRecord) -> bool:
        if not self._is_last(delivery):
            return False
        changed = replace(delivery, state=state, ended_at=int(now))
        if state == "received":
            changed = replace(changed, ended_at=0, attempts=0, next_at=int(now), reason="")
        self.stored[_key(delivery)] = changed
        self.audit.append(audit)
        return True

    def _is_last(self, known: Delivery) -> bool:
        there = self.stored.get(_key(known))
        return (
            there is not None
            and (there.state, there.attempts) == (known.state, known.attempts)
            and known.next_at == there.next_at
        )


def _key(delivery: Delivery) -> tuple[str, str]:
    return delivery.integration, delivery.key
