"""A MiniStack of its own for the integration tests: DynamoDB and the rest, without an account."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.build import build
from sandbox import ministack as driver
from sandbox.up import Casino, open_casino


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[driver.MiniStack]:
    folder: Path = tmp_path_factory.mktemp("ministack")
    stack = driver.start(folder, driver.free_port())
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def aws_environment(ministack: driver.MiniStack) -> dict[str, str]:
    """What a process needs to reach this MiniStack, and nothing of the developer's own."""
    return {
        "AWS_ENDPOINT_URL": ministack.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": driver.REGION,
        "AWS_REGION": driver.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of what would be deployed, built now."""
    return build()


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[driver.MiniStack]:
    """A MiniStack that enforces roles, for the real template."""
    folder: Path = tmp_path_factory.mktemp("deployed")
    stack = driver.start(folder, driver.free_port(), enforce_iam=True)
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def casino(local: driver.MiniStack) -> Casino:
    """The template built and deployed there, with an integration and players."""
    return open_casino(local)


@pytest.fixture
def aws(aws_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, set for this test: every client of AWS talks to MiniStack."""
    for name, value in aws_environment.items():
        monkeypatch.setenv(name, value)
    return aws_environment
