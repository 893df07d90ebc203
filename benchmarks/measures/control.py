"""Plain boto3 making the calls of a bet, to tell what of a latency is the emulator's."""

import time
from collections.abc import Mapping
from typing import Any

from casino.aws.tables import Tables
from casino.integrations.model import Integration
from casino.wallet.model import Transaction
from casino.wallet.service import Answer
from casino.wiring.hooks import wallet_service


class Control:
    """Sends transactions like the function, call for call, so that the ledger stays whole.

    It notes how long the calls themselves take, with nothing of the wallet's own work in it.
    """

    def __init__(self, client: Any, tables: Tables, integration: Integration) -> None:
        self._client = client
        self._integration = integration
        self._wallet = wallet_service(self, tables)
        self._calls_ns = 0

    def send(self, request: Transaction) -> tuple[Answer, float]:
        """Send one transaction; return the answer, and how long all of its calls took, in ms."""
        self._calls_ns = 0
        answer = self._wallet.transact(request, self._integration)
        return answer, self._calls_ns / 1e6

    def batch_get_item(self, **request: Any) -> Mapping[str, Any]:
        """Read, for the wallet's ledger."""
        return self._timed("batch_get_item", request)

    def transact_write_items(self, **request: Any) -> Mapping[str, Any]:
        """Write, for the wallet's ledger."""
        return self._timed("transact_write_items", request)

    def _timed(self, name: str, request: dict[str, Any]) -> Mapping[str, Any]:
        call = getattr(self._client, name)
        started = time.perf_counter_ns()
        answer: Mapping[str, Any] = call(**request)
        self._calls_ns += time.perf_counter_ns() - started
        return answer
