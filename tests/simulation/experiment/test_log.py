"""A sample of what the ADR on the ledger as a log says; the campaign plays more."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casino.aws.attributes import Item
from casino.aws.dynamodb import batch_get
from casino.dialects.igsp.dialect import Igsp
from casino.integrations.model import WalletTerms
from casino.wallet.model import Transaction
from casino.wallet.service import WalletService
from testing.clock import FakeClock
from tests.simulation.choices import Choices
from tests.simulation.experiment.accounts import LogAccounts
from tests.simulation.experiment.figures import bet
from tests.simulation.experiment.records import Record
from tests.simulation.experiment.store import TAIL, LogLedger, tail_of
from tests.simulation.experiment.world import LogHouse, played
from tests.simulation.kernel import START_S
from tests.simulation.machine import simulated
from tests.simulation.shrink import told

SEEDS = range(12)


@pytest.mark.parametrize("store", ["log", "claims"])
def test_a_log_holds_what_the_judge_checks(store: str) -> None:
    for seed in SEEDS:
        run = played(seed, store)
        assert run.violations == (), told(run)


def test_a_log_alone_takes_one_id_of_two_players_twice_and_a_claim_sees_to_it() -> None:
    strange = {store: played(1052, store, strangers=True) for store in ("today", "log", "claims")}
    assert "an id has one entry" in strange["log"].checks
    assert strange["today"].violations == strange["claims"].violations == ()


class ViewsFirst(LogLedger):
    """Reads the views, then lets others go on, and then reads the log."""

    between: Callable[[], None]

    def _read(
        self, owner: str, keys: dict[str, list[Item]]
    ) -> tuple[list[Record], dict[str, list[Item]]]:
        found = batch_get(self._client, keys)
        self.between()
        return tail_of(self._client, self._tables, owner), found


def test_whoever_reads_the_views_first_bets_in_a_round_that_is_over() -> None:
    with simulated():
        house = LogHouse(Choices(0, forced={"storm": 0.0}))
        client, tables = house.world.client, house.world.tables
        ledger = ViewsFirst(client, tables)

        def decide(ledger: LogLedger, request: Transaction) -> str:
            accounts = LogAccounts(client, tables)
            service = WalletService(ledger, accounts, FakeClock(START_S), Igsp())
            return service.transact(request, WalletTerms()).code

        def others() -> None:
            ledger.between = lambda: None
            for number in range(TAIL + 2):
                over = replace(bet(), round_id="r" if number == 0 else "s", finished=number == 0)
                assert decide(LogLedger(client, tables), over) == "ok"
                house.kernel.run()
            again = replace(bet(), round_id="r")
            assert decide(LogLedger(client, tables), again) == "round_finished"

        ledger.between = others
        assert decide(ledger, replace(bet(), round_id="r")) == "ok"
