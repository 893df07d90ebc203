"""The operators' use cases for the catalogue: synchronise it now, and show what it holds."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from casino.audit.model import AuditRecord, Who
from casino.base.clock import Clock
from casino.base.errors import AdminError, FunctionFailedError
from casino.catalogue.ports import CatalogueReader, SyncStates
from casino.catalogue.run import Mode, SyncState
from casino.integrations.model import Integration

#: How long another run of the same integration is waited for, in seconds.
_PATIENCE_S: Final = 1800.0
_PAUSE_S: Final = 1.0


@dataclass(slots=True)
class Shelved:
    """The stored catalogue in numbers: games by status and by shelf, and the last runs."""

    statuses: Counter[str] = field(default_factory=Counter)
    shelves: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    providers: int = 0
    providers_missing: int = 0
    runs: list[tuple[SyncState, int]] = field(default_factory=list)
    """Of each integration, its state and how many of its records are in quarantine."""


@dataclass(frozen=True, slots=True)
class CatalogueAdmin:
    """The use cases; both are of one integration, or of every one that has a provider.

    `integration` returns one or raises `AdminError`; `order` writes down, with its audit record,
    who asks for a run of one, and whether a drop is accepted; `ask` gives the deployed
    synchronisation an event, and returns its answer.
    """

    names: Callable[[], Iterable[str]]
    integration: Callable[[str], Integration]
    reader: CatalogueReader
    runs: SyncStates
    ask: Callable[[Mapping[str, Any]], dict[str, Any]]
    order: Callable[[str, bool, AuditRecord], None]
    clock: Clock

    def sync(
        self, name: str | None, mode: Mode, *, who: Who, accept_drop: bool = False
    ) -> list[dict[str, Any]]:
        """Run the deployed synchronisation, and return how each integration's run ended.

        A run has `integration`, `status` (`done`, `busy`, `handed_over`, `switched_off`, or
        `failed` with a `code`)
        and its counts. `accept_drop` says that the catalogue did shrink.
        """
        names = self._with_provider(name)
        what = f"sync {mode}{', drop accepted' if accept_drop else ''}"
        for each in names:
            self.order(each, accept_drop, who.record(each, what, self.clock.now()))
        return [{"integration": each, **self._run(each, mode)} for each in names]

    def shelved(self, name: str | None) -> Shelved:
        """Return what is stored."""
        found = Shelved()
        for each in self._with_provider(name):
            for key in self.reader.game_keys(each):
                found.statuses[key.status] += 1
                found.shelves[key.shelf] += 1
                found.missing += key.missing_runs > 0
            providers = self.reader.providers(each)
            found.providers += len(providers)
            found.providers_missing += sum(p.missing_runs > 0 for p in providers)
            quarantined = sum(1 for _ in self.runs.quarantined(each))
            found.runs.append((self.runs.state(each), quarantined))
        return found

    def _with_provider(self, name: str | None) -> list[str]:
        if name is not None:
            if not self.integration(name).provider.url:
                raise AdminError("no_provider", f"integration {name} has no provider URL")
            return [name]
        found = [each for each in sorted(self.names()) if self.integration(each).provider.url]
        if not found:
            raise AdminError("no_provider", "no integration has a provider URL")
        return found

    def _run(self, name: str, mode: Mode) -> dict[str, Any]:
        """Ask for a run; wait while another one is under way, or goes on in a fresh invocation."""
        deadline = self.clock.monotonic() + _PATIENCE_S
        event = {"mode": mode, "integration": name}
        while True:
            try:
                outcome = self.ask(event)
            except FunctionFailedError as error:
                message = "the function failed: its log says why"
                raise AdminError("sync_failed", message) from error
            if outcome["status"] == "handed_over":
                return self._awaited(name, outcome, deadline)
            if outcome["status"] != "busy" or self.clock.monotonic() > deadline:
                return outcome
            self.clock.sleep(_PAUSE_S)

    def _awaited(self, name: str, outcome: dict[str, Any], deadline: float) -> dict[str, Any]:
        while self.clock.monotonic() < deadline:
            last = self.runs.state(name).last_run
            if last is not None and last.run_id == outcome["run_id"]:
                return {**outcome, "status": "done", **asdict(last.counts)}
            self.clock.sleep(_PAUSE_S)
        return outcome
