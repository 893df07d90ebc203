"""CodeDeploy asks before a new version gets traffic; so may a person, with an empty event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from casino.observability.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class RehearsalEndpoint:
    """Answers with the faults that `rehearse` finds, and tells CodeDeploy by `decide`.

    `decide` takes the deployment, the execution of its hook, and `Succeeded` or `Failed`.
    """

    rehearse: Callable[[], list[str]]
    decide: Callable[[str, str, str], object]
    observer: Telemetry

    def handle(self, event: Mapping[str, Any], _: object) -> dict[str, object]:
        """Rehearse once; whatever goes wrong in it speaks against the version."""
        try:
            faults = self.rehearse()
        except Exception as error:  # noqa: BLE001 - no answer would leave CodeDeploy waiting an hour
            self.observer.crash(error)
            faults = [f"the rehearsal itself failed: {error}"]
        self.observer.event("rehearsed", error=bool(faults), faults=faults)
        if "DeploymentId" in event:
            said = "Failed" if faults else "Succeeded"
            self.decide(event["DeploymentId"], event["LifecycleEventHookExecutionId"], said)
        return {"faults": faults}
