"""A casino on a MiniStack, for what is measured on real tables: set up, and proved at the end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3

from casino.wallet.proof.verify import Verifier
from sandbox import ministack
from sandbox.ministack import MiniStack
from sandbox.stack import local_aws
from testing.bets import CURRENCY
from testing.world import SANDBOX, World, build_world


class LedgerBrokenError(Exception):
    """What was measured is worth nothing: the ledger does not hold what was answered."""


@contextmanager
def emulated_aws() -> Iterator[MiniStack]:
    """Start a MiniStack; it ends with the context."""
    with tempfile.TemporaryDirectory() as folder:
        local = ministack.start(Path(folder), ministack.free_port())
        try:
            yield local
        finally:
            local.stop()


@dataclass(frozen=True)
class Stage:
    """The tables, the integration and the players on one MiniStack."""

    local: MiniStack
    world: World

    @classmethod
    def build(cls, local: MiniStack) -> Self:
        """Create the tables, the integration and its secret."""
        return cls(local, build_world("bench", *clients(local)))

    def variables(self, endpoint: str | None = None) -> dict[str, str]:
        """Return a function's variables; `endpoint` stands before MiniStack, when it is given."""
        aws = local_aws(self.local)
        if endpoint is not None:
            aws["AWS_ENDPOINT_URL"] = endpoint
        return {**self.world.environment, "PRIMED_INTEGRATIONS": SANDBOX.name, **aws}

    def prove(self, player_id: str, expected: range) -> None:
        """Prove all of the ledger, and that a balance is expected; raises `LedgerBrokenError`."""
        faults = Verifier(self.world.history).everything().faults
        if faults:
            raise LedgerBrokenError(f"{len(faults)} faults in the ledger, the first: {faults[0]}")
        wallet = self.world.accounts.wallet(player_id, CURRENCY)
        balance_minor = None if wallet is None else wallet.balance_minor
        if balance_minor not in expected:
            raise LedgerBrokenError(f"by the answers {balance_minor} is not in {expected}")


def clients(local: MiniStack) -> tuple[Any, Any]:
    """Return plain clients of DynamoDB and Secrets Manager."""
    session = boto3.Session("test", "test", region_name=local_aws(local)["AWS_REGION"])
    return (
        session.client("dynamodb", endpoint_url=local.endpoint),
        session.client("secretsmanager", endpoint_url=local.endpoint),
    )
