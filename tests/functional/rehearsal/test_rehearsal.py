"""A version that answers wrongly gets no traffic; the three copies that are planted here, too."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from casino.integrations.model import Off
from casino.wiring.rehearsal import rehearsal_handler
from testing.hooks import load_function
from testing.world import World

type Response = dict[str, Any]
type Plant = Callable[[Response], Response]

PLAYER = "rehearsal-player"
HOOK = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "e-1"}


class FakeAws:
    """Lambda with the hooks of this process as versions, and CodeDeploy."""

    def __init__(self, plant: Plant, planted: str) -> None:
        names = ("hooks", "balance", "bet", "refund")
        self.handlers = {name: load_function(name) for name in names}
        self.plant, self.planted = plant, planted
        self.decided: list[str] = []

    def invoke(self, *, FunctionName: str, Payload: bytes, **_: str) -> Response:  # noqa: N803
        answer = self.handlers[FunctionName](json.loads(Payload), None)
        if FunctionName == self.planted:
            answer = self.plant(answer)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def tell(self, operation: str, given: Mapping[str, Any]) -> None:
        assert operation == "PutLifecycleEventHookExecutionStatus"
        assert (given["deploymentId"], given["lifecycleEventHookExecutionId"]) == ("d-1", "e-1")
        self.decided.append(given["status"])


def rehearse(
    world: World, plant: Plant = lambda answer: answer, planted: str = "hooks"
) -> tuple[FakeAws, list[str]]:
    aws = FakeAws(plant, planted)
    told = {"REHEARSAL_INTEGRATION": "sandbox", "REHEARSAL_PLAYER": PLAYER}
    told["REHEARSAL_CURRENCY"] = "EUR"
    versions = {f"{name.upper()}_VERSION": name for name in aws.handlers}
    environment = world.environment | told | versions
    handler = rehearsal_handler(environment, lambda: aws, lambda _: aws.tell)
    faults: Any = handler(HOOK, None)["faults"]
    return aws, faults


def balance(world: World) -> int:
    wallet = world.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    return wallet.balance_minor


def test_o7_a_good_version_passes_and_the_test_player_has_all_money_back(world: World) -> None:
    world.player(PLAYER, amount="5.00")
    aws, faults = rehearse(world)
    assert (faults, aws.decided) == ([], ["Succeeded"])
    assert balance(world) == 500


def wrong_balance(answer: Response) -> Response:
    return answer | {"body": answer["body"].replace("4.00", "5.00")}


def no_replay_header(answer: Response) -> Response:
    kept = {k: v for k, v in answer["headers"].items() if k.lower() != "idempotent-replayed"}
    return answer | {"headers": kept}


def internal_error(answer: Response) -> Response:
    return answer | {"statusCode": 500, "body": '{"error":"internal_error"}'}


@pytest.mark.parametrize("planted", ["hooks", "bet"])
@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (wrong_balance, "bet answers the balance 5.00 instead of 4.00"),
        (no_replay_header, "a copy of the bet lacks Idempotent-Replayed: true"),
        (internal_error, "is answered with 500"),
    ],
    ids=["a wrong balance", "no replay header", "500"],
)
def test_o7_a_version_that_answers_wrongly_is_refused(
    world: World, plant: Plant, said: str, planted: str
) -> None:
    world.player(PLAYER, amount="5.00")
    aws, faults = rehearse(world, plant, planted)
    assert aws.decided == ["Failed"]
    assert any(said in fault for fault in faults), faults
    assert balance(world) == 500


@pytest.mark.parametrize("amount", ["0.50", None])
def test_o7_without_a_player_who_can_play_nothing_passes(world: World, amount: str | None) -> None:
    if amount:
        world.player(PLAYER, amount=amount)
    aws, faults = rehearse(world)
    assert aws.decided == ["Failed"]
    assert PLAYER in faults[0]


def test_o7_while_bets_are_switched_off_the_balance_alone_is_asked(world: World) -> None:
    world.player(PLAYER, amount="5.00")
    world.configure(bets_off=Off())
    aws, faults = rehearse(world, wrong_balance, "bet")
    assert (faults, aws.decided) == ([], ["Succeeded"])
