"""Runs the contract tests of the ledger on the log, claim and put; the stream never lags.

pytest -p tests.simulation.experiment.contract tests/contract/test_ledger_contract.py -k model
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tests.contract.conftest
from casino.aws.lean.protocol import DynamoDb
from casino.wallet.store.items import read_wallet
from testing.template import create_tables
from tests.simulation.dynamodb_model import DynamoDbModel, Ongoing
from tests.simulation.dynamodb_rules import FINE, Whim
from tests.simulation.experiment.records import Record, place_of, record_item
from tests.simulation.experiment.store import LogLedger, log_table
from tests.simulation.experiment.views import steps
from tests.simulation.experiment.world import LogWorld, table_request


class LogCasino(LogWorld):
    """A casino whose ledger is the log's."""

    @property
    def ledger(self) -> Any:
        return LogLedger(self.client, self.tables)


class Streamed(DynamoDbModel):
    """A model that takes each record into the views before it does anything else."""

    def __init__(self) -> None:
        super().__init__()
        self.world = LogCasino(self.client(), create_tables(self.client(), "test"))
        self._names = self.world.tables
        self._waiting: list[dict[str, Any]] = []
        self.create_table(table_request(log_table(self._names)))

    def write(self, table: Any, key: tuple[str, ...], item: Any) -> None:
        is_new = key not in table.items
        super().write(table, key, item)
        if hasattr(self, "_names") and table.name == self._names.wallets and is_new:
            wallet = read_wallet(dict(item))
            first = record_item(Record(wallet, known=wallet.version))
            self.call("PutItem", {"TableName": log_table(self._names), "Item": first})
        elif hasattr(self, "_names") and table.name == log_table(self._names):
            self._waiting += [item] if place_of(item) else []

    def begin(self, operation: str, request: Any, whim: Whim = FINE) -> Ongoing:
        client: Any = DynamoDb(self._straight)  # type: ignore[arg-type]
        while getattr(self, "_waiting", None):
            for step in steps(client, self._names, self._waiting.pop(0)):
                step()
        return super().begin(operation, request, whim)

    def _straight(self, operation: str, request: Any) -> Any:
        return super().begin(operation, request).finish()


@contextmanager
def casino_on(_foundation: str) -> Iterator[LogCasino]:
    """Open an empty casino on the log."""
    yield Streamed().world


tests.contract.conftest.casino_on = casino_on  # type: ignore[attr-defined, assignment]
