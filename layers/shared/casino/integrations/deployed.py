"""Rotates through the deployed function, whose addresses the provider lets call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from casino.audit.model import Who
from casino.base.errors import AdminError, FunctionFailedError
from casino.integrations.admin_ports import SecretStore
from casino.signing.pair import CURRENT, PENDING

#: What Secrets Manager calls the function with, in this order.
STEPS: Final = ("createSecret", "setSecret", "testSecret", "finishSecret")


@dataclass(frozen=True, slots=True)
class Rotated:
    """The version that is staged or current now, and the fingerprint of its pair."""

    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class DeployedRotation:
    """The use case; `ask` gives the function one event, and waits until it is done."""

    secrets: SecretStore
    ask: Callable[[Mapping[str, str]], object]

    def rotate(self, name: str, secret: str, *, who: Who) -> Rotated:
        """Make the staged pair of an integration's secret the current one; without a staged pair,
        the one that the provider issues. The function keeps the audit, in the name of `who`.

        Raises `AdminError`, with the function's own words, which show no secret.
        """
        stored = self.secrets.describe(secret)
        version = stored.version(PENDING)
        if version is None or version == stored.version(CURRENT):
            version = str(uuid4())  # the function asks the provider for a pair, and stages it so
        for step in STEPS:
            event = {
                "Step": step,
                "SecretId": secret,
                "ClientRequestToken": version,
                "RequestedBy": who.name,
                "Reason": who.reason,
            }
            try:
                self.ask(event)
            except FunctionFailedError as error:
                said = str(error) or "the function failed"
                raise AdminError("rotation_failed", f"{step}: {said}") from error
        pair = self.secrets.read(secret, version)
        if pair is None:
            raise AdminError("nothing_staged", f"no new pair is staged for {name}")
        return Rotated(version, pair.fingerprint)
