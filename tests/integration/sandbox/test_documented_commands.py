"""Every shell block of every page runs as it stands, page by page, against a stack of `make run`.

The names of a page that mean something of the reader's own are exchanged. `make` only says what it
would do: the suite, a measurement and a deployment are no part of a test. What runs nowhere here is
listed with its reason.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from casino.audit.model import Who
from casino.integrations.model import ProviderTerms
from sandbox import up
from sandbox.loop import close_loop
from sandbox.ministack import MiniStack, free_port, start
from sandbox.provider.process import ProviderProcess
from sandbox.stack import STACK_NAME
from testing.credentials import pair_of
from testing.signatures import secret_of
from testing.template import PROJECT

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: Where no page of the project stands.
FOREIGN = (".*", "build", "node_modules", "*.egg-info", "__pycache__")

NOT_RUN = {
    ("docs/deployment.md", "aws iam create-role"): "the AWS command line and an account",
    ("docs/deployment.md", 'curl "$(aws cloudformation'): "the AWS command line and an account",
    ("docs/deployment.md", "aws cloudformation deploy"): "the AWS command line and an account",
    ("docs/tampering.md", "aws kms get-public-key"): "the AWS command line",
    ("docs/runbooks/lake.md", "aws sqs start"): "the AWS command line and an account",
}
EXCHANGED = {
    "docs/deployment.md": {"add acme": "add another", "AWS_PROFILE=… ": ""},
    "docs/rotation.md": {"127.0.0.1:8090": "127.0.0.1:{provider_port}"},
    "": {"--env prod": f"--stack-name {STACK_NAME}", "make ": "make -n "},
}
#: What a page says that its commands end with or print.
FAILS = {("docs/signing.md", ".venv/bin/ops verify-signature"): 1}
SAID = {
    "README.md": [
        "Idempotent-Replayed: true", "transaction_mismatch", "bet_not_found", "bet_cancelled",
        "invalid_signature", "unauthorized",
    ],
    "docs/rotation.md": ["rotated; it is the current one", "the staged pair of acme is refused"],
    "docs/catalogue.md": ["game_id"],
    "docs/flexsoft.md": ['"code":200', "gift.answered"],
    "docs/winupgo.md": ['"status":"rolled_back"', "nothing is held"],
    "examples/README.md": ["bet 200", "rollback 200", "session 201", "event 200"],
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """A copy of the project with a stack of its own, and what a command there sees of the world."""

    folder: Path
    environment: dict[str, str]
    provider_port: int


def pages() -> Iterator[Path]:
    for folder, folders, files in os.walk(PROJECT):
        folders[:] = [name for name in folders if not any(Path(name).match(p) for p in FOREIGN)]
        yield from (Path(folder, name) for name in files if name.endswith(".md"))


def blocks(page: Path) -> list[str]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert {language for language, _ in found} <= {
        "sh",
        "",
        "json",
        "http",
        "python",
        "toml",
        "yaml",
    }
    return [text for language, text in found if language == "sh"]


PAGES = sorted(str(page.relative_to(PROJECT)) for page in pages() if blocks(page))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("reader") / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*FOREIGN, ".*"))
    (folder / ".venv").symlink_to(PROJECT / ".venv")
    local_folder = folder / ".local"
    local_folder.mkdir()
    with ExitStack() as all_end:
        local = start(local_folder, free_port())
        all_end.callback(local.stop)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(up, "STACK_FILE", local_folder / "stack.json")
            provider = furnish(local, folder, all_end)
        environment = {
            "PATH": f"{PROJECT / '.venv' / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": f"{folder}:{folder / 'layers' / 'shared'}",
            "HOME": str(folder),
            "AWS_ENDPOINT_URL": local.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }
        yield Desk(folder, environment, provider.port)


def furnish(local: MiniStack, folder: Path, all_end: ExitStack) -> ProviderProcess:
    """Do what `make run` does, and what a reader has: an integration `acme`, its files."""
    casino = up.open_casino(local)
    operations, where = casino.operations, folder / ".local"
    loop = close_loop(casino.stack, operations, casino.credentials, free_port(), where, games=50)
    all_end.callback(loop.provider.stop)
    stage, parts = casino.stage(where, free_port(5)), {}
    for name, open_part in up.COUNTERPARTS.items():
        parts[name] = open_part(stage)
        all_end.callback(parts[name].process.stop)
    up._write_stack_file(casino, loop, parts)
    _, pair = operations.integrations.add(
        "acme", "igsp", who=Who("test"), provider=ProviderTerms(url=loop.provider.provider_url)
    )
    loop.provider.control.add_credential(pair.api_key, pair.secret_key, casino.stack.hooks_url)
    for word in ("new", "wrong"):
        (folder / f"{word}-pair.json").write_text(pair_of(word).text)
    new = pair_of("new")
    loop.provider.control.add_credential(new.api_key, new.secret_key, casino.stack.hooks_url)
    (folder / "body.json").write_text(json.dumps({"action": "balance"}))
    for file, family in (("callback", "seller"), ("login", "account"), ("merchant", "merchant")):
        own = {"api_key": f"{file}@casino", "secret_key": secret_of(f"igv-{family}")}
        (folder / f"{file}.json").write_text(json.dumps(own))
    return loop.provider


def script(page: str, provider_port: int) -> str:
    """Return the blocks of a page as one script that ends at the first command that fails."""
    lines = ["set -eu"]
    for block in blocks(PROJECT / page):
        if any(page == on and block.startswith(first) for on, first in NOT_RUN):
            continue
        for old, new in {**EXCHANGED.get(page, {}), **EXCHANGED[""]}.items():
            block = block.replace(old, new.format(provider_port=provider_port))
        code = [code for (on, first), code in FAILS.items() if on == page and first in block]
        lines.append(f"ended=0; ( {block} ) || ended=$?; [ $ended = {code[0]} ]" if code else block)
    return "\n".join(lines)


@pytest.mark.parametrize("page", PAGES)
def test_n4_the_commands_of_a_page_run_as_they_stand(desk: Desk, page: str) -> None:
    done = subprocess.run(
        ["sh", "-c", script(page, desk.provider_port)],
        cwd=desk.folder, env=desk.environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    said = iter(done.stdout.splitlines())
    assert [words for words in SAID.get(page, []) if not any(words in line for line in said)] == []


def test_n4_what_is_listed_is_there() -> None:
    assert set(SAID) <= set(PAGES)
    for page, first in [*NOT_RUN, *FAILS]:
        assert any(block.startswith(first) for block in blocks(PROJECT / page)), (page, first)
