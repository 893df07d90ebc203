"""Rotations under live traffic: what is valid is taken, what is retired or forged is not.

They run against two execution environments in this process, with MiniStack as the AWS, and through
the URL of the deployed stack and the deployed function. `make rotations` runs a hundred of either.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from casino.aws.clients import secrets_client
from casino.wiring.stack import Stack
from ops.context import Operations
from ops.verbs import integration
from sandbox.stack import STACK_NAME
from sandbox.up import Casino
from testing.hooks import load_function
from testing.issuer import Issuer, serving
from testing.world import build_world
from tests.integration.integrations.rotating import NAME, WHO, Rotating
from tests.integration.integrations.senders import PATIENCE_S, Front, HttpFront, LocalFront

ROTATIONS = int(os.environ.get("ROTATIONS", "12"))
#: Through the deployed functions a rotation takes longer.
DEPLOYED_ROTATIONS = int(os.environ.get("DEPLOYED_ROTATIONS", "6"))
CACHE_S = 0.2


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as issuer:
        yield issuer


def rotating(operations: Operations, front: Front, issuer: Issuer, folder: Path) -> Rotating:
    """Add the integration with a pair that the provider issued."""
    first = issuer.pair()
    file = folder / "pair.json"
    file.write_text(first.text)
    url = f"{issuer.url}/igsp/v1"
    integration.add(operations, NAME, credentials_file=file, provider_url=url, who=WHO)
    return Rotating(operations, front, issuer, first)


def test_rotations_under_traffic_refuse_nothing_valid_and_take_nothing_retired(
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
    casino: Casino, issuer: Issuer, tmp_path: Path
) -> None:
    with httpx.Client(timeout=PATIENCE_S) as client:
        front = HttpFront(client, casino.stack.hooks_url)
        scene = rotating(casino.operations, front, issuer, tmp_path)
        with scene.traffic():
            for number in range(DEPLOYED_ROTATIONS):
                scene.rotate(number, deployed=number % 2 == 0)

    scene.prove()
    assert len(scene.retired) == DEPLOYED_ROTATIONS
    assert any(heard.old for heard in scene.late.heard)


def test_no_secret_of_all_these_stands_in_a_log_or_in_the_stack(
    casino: Casino, issuer: Issuer
) -> None:
    operations = casino.operations
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
    text += f"{template}{casino.stack.outputs}{configured}"
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
