"""Rotations under live traffic: what is valid is taken, what is retired or forged is not.

A hundred of them run against two execution environments in this process, with MiniStack as the
AWS. A few more run through the URL of the deployed stack, and through the deployed function; with
`DEPLOYED_ROTATIONS=100` in the environment as many, in two minutes.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from casino.aws.clients import secrets_client
from casino.wiring.stack import Stack
from ops.context import Operations, connect_local
from ops.verbs import integration
from sandbox.ministack import MiniStack, free_port, start
from sandbox.stack import STACK_NAME, DeployedStack, build_and_deploy
from testing.hooks import load_function
from testing.issuer import Issuer, serving
from testing.world import build_world
from tests.integration.integrations.rotating import NAME, WHO, Rotating
from tests.integration.integrations.senders import PATIENCE_S, Front, HttpFront, LocalFront

ROTATIONS = 100
#: Through the deployed functions a rotation takes longer; a nightly run asks for as many.
DEPLOYED_ROTATIONS = int(os.environ.get("DEPLOYED_ROTATIONS", "6"))
CACHE_S = 0.2


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    stack = start(tmp_path_factory.mktemp("rotation"), free_port(), enforce_iam=True)
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def deployed(local: MiniStack) -> DeployedStack:
    return build_and_deploy(local)


def rotating(operations: Operations, front: Front, issuer: Issuer, folder: Path) -> Rotating:
    """Add the integration with a pair that the provider issued."""
    first = issuer.pair()
    file = folder / "pair.json"
    file.write_text(first.text)
    url = f"{issuer.url}/igsp/v1"
    integration.add(operations, NAME, credentials_file=file, provider_url=url, who=WHO)
    return Rotating(operations, front, issuer, first)


def test_100_rotations_under_traffic_refuse_nothing_valid_and_take_nothing_retired(
    aws: dict[str, str], issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build_world("rotation")
    for name, value in {**world.environment, "CACHE_SECONDS": str(CACHE_S)}.items():
        monkeypatch.setenv(name, value)
    stack = Stack("rotation", world.tables, "test/integration/", cache_s=CACHE_S, local=True)
    operations = Operations(stack, world.client, secrets_client(), None, None)
    front = LocalFront([load_function("hooks"), load_function("hooks")])
    scene = rotating(operations, front, issuer, tmp_path)

    with scene.traffic():
        for number in range(ROTATIONS):
            scene.rotate(number, deployed=False)

    scene.prove()
    assert len(scene.retired) == ROTATIONS
    assert scene.crashes.happened > ROTATIONS
    assert any(heard.old for heard in scene.late.heard)
    rotated = [each for each in operations.audit.records(NAME) if each.what == "rotate"]
    assert len(rotated) >= ROTATIONS


def test_rotations_through_the_deployed_url_and_function_refuse_nothing_valid(
    local: MiniStack, deployed: DeployedStack, issuer: Issuer, tmp_path: Path
) -> None:
    operations = connect_local(local.endpoint, STACK_NAME)
    with httpx.Client(timeout=PATIENCE_S) as client:
        scene = rotating(operations, HttpFront(client, deployed.hooks_url), issuer, tmp_path)
        with scene.traffic():
            for number in range(DEPLOYED_ROTATIONS):
                scene.rotate(number, deployed=number % 2 == 0)

    scene.prove()
    assert len(scene.retired) == DEPLOYED_ROTATIONS
    assert any(heard.old for heard in scene.late.heard)


def test_no_secret_of_all_these_stands_in_a_log_or_in_the_stack(
    local: MiniStack, deployed: DeployedStack, issuer: Issuer
) -> None:
    operations = connect_local(local.endpoint, STACK_NAME)
    groups = operations.request_logs.groups()
    text = "".join(message for group in groups for message in _messages(operations, group))
    assert "createSecret" in text
    assert '"secret_version":"previous"' in text
    template = operations.cloudformation.get_template(StackName=STACK_NAME)["TemplateBody"]
    configured = [
        operations.functions.get_function_configuration(FunctionName=f"{STACK_NAME}-{name}")
        for name in (
            "hooks",
            "bet",
            "launch-session",
            "expire-sessions",
            "sync-catalogue",
            "rotate-secret",
        )
    ]
    text += f"{template}{deployed.outputs}{configured}"
    for secrets in issuer.pairs.values():
        assert [secret for secret in secrets if secret in text] == []


def _messages(operations: Operations, group: str) -> Iterator[str]:
    request: dict[str, Any] = {"logGroupName": group}
    while True:
        page = operations.logs.filter_log_events(**request)
        yield from (event["message"] for event in page["events"])
        if not page.get("nextToken"):
            return
        request["nextToken"] = page["nextToken"]
