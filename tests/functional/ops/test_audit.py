"""Who changed what, when and why: every verb of the command line, found by asking it for its verbs.

A verb without a scene here fails, so that a new one cannot be forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from casino.aws.attributes import Item
from casino.base.clock import SystemClock
from casino.wiring.rotation import rotation_handler
from testing.command_line import EVERY_VERB
from testing.credentials import FakePairProvider, pair_of
from testing.world import World
from tests.functional.ops.console import Console, LocalFunctions
from tests.functional.ops.scenes import (
    CHANGES,
    ELSEWHERE,
    EXPLAINED,
    FUND,
    OPEN,
    OVER_THE_API,
    READS,
    REASON,
    ROTATE,
    STAGE,
    Scene,
    verb_of,
)
from tests.functional.ops.waiting import hold_a_stake, hold_a_win, receive


class Recorder:
    """A DynamoDB client that keeps what is written."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.alone: list[str] = []
        self.transactions: list[list[Mapping[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            if name == "transact_write_items":
                self.transactions.append(list(request["TransactItems"]))
            elif name.startswith(("put", "update", "delete", "batch_write", "execute")):
                self.alone.append(name)
            return getattr(self._client, name)(**request)

        return call


@dataclass
class Desk:
    """A console of somebody with an ARN, whose writes are kept."""

    console: Console
    client: Recorder
    file: Path

    def type(self, words: tuple[str, ...], *more: str) -> dict[str, Any]:
        return self.console.json(*(word.format(file=self.file) for word in words), *more)

    def audited(self) -> list[tuple[Item, int]]:
        """Return each audit record, and how many other writes its transaction has."""
        table = self.console.world.tables.audit
        return [
            (write["Put"]["Item"], len(transaction) - 1)
            for transaction in self.client.transactions
            for write in transaction
            if write.get("Put", {}).get("TableName") == table
        ]


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    world.configure(url="https://provider.example")
    hold_a_win(world)
    hold_a_stake(world)
    receive(world)
    client = Recorder(world.client)
    rotate = rotation_handler(world.environment, dynamodb=client, provider=FakePairProvider())

    def function(event: Mapping[str, Any], context: object) -> Any:
        return {"status": "done"} if "mode" in event else rotate(event, context)

    console = Console(
        replace(world, client=client),
        clock=SystemClock(),
        identity=boto3.client("sts"),
        functions=LocalFunctions(function),
    )
    file = tmp_path / "pair.json"
    file.write_text(pair_of("new").text)
    return Desk(console, client, file)


def test_a3_every_verb_changes_nothing_or_is_audited_and_has_a_scene_here() -> None:
    scenes = [scene.typed for scene in CHANGES] + READS + ELSEWHERE + OVER_THE_API
    assert sorted(map(verb_of, scenes)) == sorted(EVERY_VERB)


@pytest.mark.parametrize("scene", CHANGES, ids=lambda scene: " ".join(verb_of(scene.typed)))
def test_a3_a_change_and_its_record_of_who_and_why_are_one_transaction(
    desk: Desk, scene: Scene
) -> None:
    for words in scene.before:
        desk.type(words, "--reason", "before")
    desk.client.transactions.clear()
    desk.type(scene.typed, "--reason", REASON)
    assert desk.client.alone == [], "nothing is written beside a transaction"
    audited = desk.audited()
    assert audited
    for record, others in audited:
        assert others >= 1, "a record stands beside its change"
        assert record["who"]["S"] == desk.console.operations.caller
        assert record["who"]["S"].startswith("arn:aws:sts::")
        assert record["reason"]["S"] == REASON
    if not scene.steps:
        assert len(audited) == len(desk.client.transactions), "no change without a record"


@pytest.mark.parametrize("typed", READS, ids=lambda typed: " ".join(verb_of(typed)))
def test_a3_what_only_reads_writes_nothing(desk: Desk, typed: tuple[str, ...]) -> None:
    for words in ((*FUND, "--transaction-id", "gift-1"), OPEN):
        desk.type(words, "--reason", "before")
    desk.client.transactions.clear()
    desk.console(*(word.format(file=desk.file) for word in typed))
    assert (desk.client.alone, desk.client.transactions) == ([], [])


@pytest.mark.parametrize("typed", EXPLAINED, ids=" ".join)
def test_a3_money_and_blocks_need_a_reason(desk: Desk, typed: tuple[str, ...]) -> None:
    desk.type(FUND, "--reason", "before")
    desk.client.transactions.clear()
    (scene,) = (scene for scene in CHANGES if verb_of(scene.typed) == typed)
    for reason in ("", " ", "two\nlines", "x" * 301):
        assert desk.console(*scene.typed, "--reason", reason).code == 1
    assert desk.client.transactions == []


def test_a3_a_deposit_carries_who_and_why_in_its_entry(desk: Desk) -> None:
    desk.type((*FUND, "--transaction-id", "gift-1"), "--reason", REASON)
    told = desk.type(("ledger", "explain", "gift-1"))
    assert (told["asked_by"], told["reason"]) == (desk.console.operations.caller, REASON)
    page = desk.console("ledger", "explain", "gift-1").out
    assert f"{desk.console.operations.caller}: {REASON}" in page
    (record,) = (
        each
        for each in desk.type(("audit", "--player", "ann"))["records"]
        if each["what"] == "deposit"
    )
    assert (record["old"], record["new"]) == ("0.00 EUR", "10.00 EUR")
    assert record["detail"] == "10.00 EUR, transaction gift-1"


def test_a3_a_deposit_whose_names_were_altered_is_told_as_altered(desk: Desk) -> None:
    desk.type((*FUND, "--transaction-id", "gift-1"), "--reason", REASON)
    desk.client.update_item(
        TableName=desk.console.world.tables.ledger,
        Key={"id": {"S": "platform#tx#gift-1"}},
        UpdateExpression="SET extra = :extra",
        ExpressionAttributeValues={":extra": {"S": "no JSON"}},
    )
    said = desk.console("ledger", "explain", "gift-1")
    assert (said.code, "ALTERED" in said.out, "asked by" in said.out) == (1, True, False)


def test_a3_a_refused_withdrawal_is_told_too(desk: Desk) -> None:
    desk.type(FUND, "--reason", REASON)
    assert desk.console("player", "withdraw", "ann", "EUR", "10.01", "--reason", REASON).code == 1
    record = desk.type(("audit", "--player", "ann"))["records"][-1]
    assert record["detail"].endswith("refused: insufficient_funds")


def test_a3_the_record_of_a_rotation_names_the_person_and_not_the_function(desk: Desk) -> None:
    desk.type(STAGE)
    desk.type(ROTATE, "--reason", REASON)
    record = desk.type(("audit", "--integration", "sandbox"))["records"][-1]
    assert record["what"] == "rotate"
    assert (record["who"], record["reason"]) == (desk.console.operations.caller, REASON)


def test_a3_a_name_and_a_birth_date_stand_in_no_record(desk: Desk) -> None:
    desk.type(FUND, "--reason", REASON)
    desk.type(("player", "set", "ann", "--name", "Fox", "--birth-date", "1990-12-31"))
    desk.type(("player", "set", "ann", "--kyc-level", "basic"))
    profile, level = desk.type(("audit", "--player", "ann"))["records"][-2:]
    assert (profile["detail"], profile["old"], profile["new"]) == ("birth_date name", "", "")
    assert (level["detail"], level["old"], level["new"]) == ("kyc_level", "", "basic")


def test_n1_a_reservation_is_on_record_with_its_reason(desk: Desk) -> None:
    desk.type(FUND, "--reason", "before")
    desk.type(("player", "reserve", "ann", "EUR", "4.00"), "--reason", REASON)
    records = desk.type(("audit", "--player", "ann"))["records"]
    (reserve,) = [each for each in records if each["what"] == "reserve"]
    assert (reserve["old"], reserve["new"], reserve["reason"]) == ("0.00 EUR", "4.00 EUR", REASON)
    name = reserve["detail"].rpartition(" ")[2]
    desk.type(("player", "release", "ann", "EUR", name), "--reason", "half is free")
    release = desk.type(("audit", "--player", "ann"))["records"][-1]
    assert (release["old"], release["new"]) == ("4.00 EUR", "0.00 EUR")


def test_n11_an_audit_of_what_does_not_exist_is_an_error(desk: Desk) -> None:
    console = desk.console
    assert console.error("audit", "--integration", "nobody") == "integration_not_found"
    assert console.error("audit", "--player", "nobody") == "player_not_found"
    assert console.error("audit", "--session", "nobody") == "session_not_found"
    assert console.error("audit", "--integration", "all", "--player", "ann") == "invalid_request"
    assert desk.type(("audit", "--integration", "all"))["records"] == []
