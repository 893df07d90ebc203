"""The daily proof on the deployed stack: its function, its layer, its role."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from casino.aws.invoke import ask
from casino.base.times import iso_utc
from casino.events.daily import SETTLED_S
from casino.events.record import LEDGER
from casino.events.store.archive import S3Archive
from casino.wallet.store.items import wallet_item_key
from ops.context import Operations
from sandbox.processes import poll
from sandbox.up import Casino, open_seat
from tests.integration.sandbox.test_exposure import CURRENCY, win

DAY_S = 86_400
PROGRESS: dict[str, Any] = {"id": {"S": "#proof"}, "entry": {"S": "progress"}}


@pytest.fixture
def yesterday(casino: Casino) -> Iterator[Callable[[str], str]]:
    """Moves what the archive has of a player to the day that is to be proven; returns the day."""
    own, moved = casino.operations, list[str]()
    archive = S3Archive(own.objects, own.stack.events.archive)

    def move(player_id: str) -> str:
        before = iso_utc(own.clock.now() - SETTLED_S - DAY_S)[:10]
        kept = [
            each
            for key in archive.objects(LEDGER)
            for each in archive.of_object(key)
            if each.content.get("wallet") == {"S": f"{CURRENCY}#{player_id}"}
        ]
        if kept:
            earlier = set(archive.objects(LEDGER, before))
            archive.put(LEDGER, before, kept)
            moved.extend(set(archive.objects(LEDGER, before)) - earlier)
        return before if kept else ""

    yield move
    for key in moved:
        own.objects.delete_object(Bucket=own.stack.events.archive, Key=key)


def prove(operations: Operations) -> dict[str, Any]:
    """Run the deployed function as if it had never run."""
    operations.dynamodb.delete_item(TableName=operations.stack.sync_table, Key=PROGRESS)
    answer: dict[str, Any] = ask(
        operations.functions, f"{operations.stack.name}-verify-wallets", {}
    )
    return answer


def lines(operations: Operations) -> list[dict[str, Any]]:
    (group,) = [
        group["logGroupName"]
        for group in operations.logs.describe_log_groups()["logGroups"]
        if "VerifyWalletsLogs" in group["logGroupName"]
    ]
    told = operations.logs.filter_log_events(logGroupName=group)["events"]
    return [json.loads(each["message"]) for each in told if each["message"].startswith("{")]


def test_o23_the_daily_proof_names_a_tampered_wallet_on_the_deployed_stack(
    casino: Casino, yesterday: Callable[[str], str]
) -> None:
    operations, player = casino.operations, f"p_proven_{uuid4().hex[:8]}"
    win(casino, open_seat(operations, player, CURRENCY, "10.00"), "5.00")
    assert poll(lambda: yesterday(player) != "", timeout_s=60)
    day = yesterday(player)
    clean = prove(operations)
    assert clean == {"day": day, "done": True, "wallets": clean["wallets"], "faulty": 0}
    assert clean["wallets"] >= 1

    place: Any = {"TableName": operations.stack.tables.wallets}
    key = wallet_item_key(player, CURRENCY)
    item = operations.dynamodb.get_item(**place, Key=key)["Item"]
    operations.dynamodb.put_item(**place, Item=item | {"balance": {"N": "999999"}})
    try:
        assert prove(operations) == clean | {"faulty": 1}
    finally:
        operations.dynamodb.put_item(**place, Item=item)
    told = {"wallet": f"{CURRENCY}#{player}", "codes": ["head_balance"]}
    written = [line for line in lines(operations) if line.items() >= told.items()]
    assert [line.get("message") for line in written if "message" in line] == ["wallet faulty"]
    assert [line["LedgerFaults"] for line in written if "LedgerFaults" in line] == [[1.0]]
