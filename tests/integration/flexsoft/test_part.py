"""Flexsoft's part of the demonstration on the deployed stack, whose roles are enforced."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ops.verbs import ledger
from sandbox.flexsoft.part import FlexsoftPart, FlexsoftProcess, open_part
from sandbox.flexsoft.signatures import seal
from sandbox.ministack import free_port
from sandbox.up import Casino


@pytest.fixture(scope="module")
def part(casino: Casino, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlexsoftPart]:
    folder: Path = tmp_path_factory.mktemp("flexsoft")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FlexsoftProcess.port_variable, str(free_port()))
        part = open_part(casino.operations, casino.stack.base_url, folder)
    yield part
    part.process.stop()


def test_every_step_of_the_demonstration_is_answered_as_it_must(
    casino: Casino, part: FlexsoftPart
) -> None:
    assert len(list(part.play())) == 19
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_the_stack_file_holds_all_that_a_caller_needs(part: FlexsoftPart) -> None:
    told = part.described()
    assert told["url"].endswith("/flexsoft/v1")
    for player in told["players"]:
        tokens = {name: player[name] for name in ("user_token", "session_token")}
        body = httpx.Request("POST", told["url"], json=tokens).content
        headers = seal(told["public_key"], told["secret_key"], body)
        for _ in range(2):
            answer = httpx.post(f"{told['url']}/auth", content=body, headers=headers, timeout=30)
            assert answer.status_code == 200, answer.text
            assert answer.json()["data"]["user_id"] == player["user_id"]
