"""Keeps tests apart from their machine: no network, and no AWS environment.

Only tests/integration may open sockets, and only to the loopback interface, where its own
MiniStack listens.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

#: Nothing that the tests print or log may hold a secret, a signature or a body.
pytest_plugins = ["testing.leaks"]

INTEGRATION = Path(__file__).parent / "integration"
LOOPBACK = ["127.0.0.1", "::1", "localhost"]

# The same examples in every run; `--hypothesis-profile=explore` looks for new ones, for longer.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(INTEGRATION):
            item.add_marker(pytest.mark.integration)
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
        else:
            item.add_marker(pytest.mark.disable_socket)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may see a developer's profile, and none may reach an account by accident."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "POWERTOOLS_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
