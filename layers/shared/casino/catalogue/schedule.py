"""The invocations of the synchronisation: a schedule's tick fans out, each integration runs alone.

`{"mode": "full" | "delta"}` starts one invocation for every integration with a provider.
`{"mode": …, "integration": …}` is such an invocation; operators ask for a run with it. A run that
nears its time limit starts its successor; one that is switched off stops after the page that it
writes, and goes on there once it is on again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from casino.base.clock import Clock
from casino.base.errors import CasinoError, RetryableError
from casino.base.invocation import Context
from casino.catalogue.ports import SyncRequest, SyncResult, SyncStore
from casino.catalogue.run import Mode, moment
from casino.catalogue.sync import CatalogueSync
from casino.integrations.model import Integration, stopped
from casino.observability.telemetry import Telemetry


class InvalidEventError(CasinoError):
    """The invocation's payload is not one that the function knows."""


class Integrations(Protocol):
    """The integrations, by name."""

    def names(self) -> Iterable[str]:
        """Return the name of every integration."""

    def get(self, name: str) -> Integration | None:
        """Return an integration."""

    def in_force(self, name: str) -> Integration | None:
        """Return an integration with the switches of its brand and of all merged in."""


@dataclass(frozen=True, slots=True)
class SyncEndpoint:
    """Answers the events of one function."""

    sync: CatalogueSync
    store: SyncStore
    integrations: Integrations
    invoke: Callable[[Mapping[str, Any]], None]
    observer: Telemetry
    clock: Clock
    hand_over_s: float

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return what was done; an unexpected error is raised, so that Lambda counts it."""
        mode, name = _parsed(event)
        if name is None:
            return self._fan_out(mode)
        integration = self.integrations.get(name)
        if integration is None or not integration.enabled or not integration.provider.url:
            raise InvalidEventError(f"{name} is no enabled integration with a provider")
        if self._is_off(name):
            return {"status": "switched_off", "mode": mode}

        def has_time() -> bool:
            enough = context.get_remaining_time_in_millis() > self.hand_over_s * 1000
            return enough and not self._is_off(name)

        try:
            result = self.sync.run(integration, SyncRequest(name, mode), has_time)
        except RetryableError as error:
            self.observer.count("SyncFailures", 1, integration=name, code=error.code)
            self.observer.event("sync failed", error=True, integration=name, code=error.code)
            result = SyncResult("failed", code=error.code)
        if result.status == "handed_over":
            if self._is_off(name):
                return {**_shown(result), "status": "switched_off"}
            self._start({"mode": mode, "integration": name})
        elif result.full_wanted:
            self._start({"mode": "full", "integration": name})
        return _shown(result)

    def _is_off(self, name: str) -> bool:
        """Tell, and log, whether the synchronisation is to leave all as it is."""
        found = self.integrations.in_force(name)
        off = found is not None and stopped(found.provider.catalogue_off, self.clock.now())
        if off:
            self.observer.event("sync switched off", integration=name)
        return off

    def _fan_out(self, mode: Mode) -> dict[str, Any]:
        started = []
        oldest_s = 0.0
        for name in self.integrations.names():
            integration = self.integrations.get(name)
            if integration is None or not integration.enabled or not integration.provider.url:
                continue
            age_s = self._age_s(name)
            self.observer.count_by("CatalogueAgeSeconds", age_s, integration=name)
            oldest_s = max(oldest_s, age_s)
            if self._start({"mode": mode, "integration": name}):
                started.append(name)
        self.observer.count("CatalogueAgeSeconds", oldest_s)
        return {"status": "fanned_out", "mode": mode, "integrations": started}

    def _start(self, payload: Mapping[str, Any]) -> bool:
        """Start an invocation; what cannot be started now is taken up by the schedule's next tick.

        Lambda itself ends a chain of many hand-overs: a fuse that is worth keeping.
        """
        try:
            self.invoke(payload)
        except RetryableError as error:
            name = str(payload["integration"])
            self.observer.event("sync not started", error=True, integration=name, code=error.code)
            return False
        return True

    def _age_s(self, name: str) -> float:
        """How long ago the integration's last run finished; 0 before the first."""
        finished = self.store.state(name).last_finished_at
        if finished is None:
            return 0.0
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        return max(0.0, (now - moment(finished)).total_seconds())


def _parsed(event: Mapping[str, Any]) -> tuple[Mode, str | None]:
    mode, name = event.get("mode"), event.get("integration")
    if mode not in ("full", "delta"):
        raise InvalidEventError("mode must be full or delta")
    if name is not None and not isinstance(name, str):
        raise InvalidEventError("integration must be a name")
    return ("full" if mode == "full" else "delta"), name


def _shown(result: SyncResult) -> dict[str, Any]:
    shown: dict[str, Any] = {"status": result.status, "dropped": result.dropped}
    if result.code is not None:
        shown["code"] = result.code
    if result.detail:
        shown["detail"] = result.detail
    if result.run is not None:
        run = result.run
        shown |= {
            "run_id": run.run_id,
            "mode": run.mode,
            "started_at": run.started_at,
            "pages": run.pages,
            **asdict(run.counts),
        }
    return shown
