"""Where a provider's API begins, as an operator may type it."""

import pytest

from ops.checks import a_host, a_provider_url
from ops.errors import OpsError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://api.acme.example/igsp/v1/", "https://api.acme.example/igsp/v1"),
        ("https://api.acme.example:8443", "https://api.acme.example:8443"),
        ("http://127.0.0.1:8090/igsp/v1", "http://127.0.0.1:8090/igsp/v1"),
    ],
)
def test_https_is_taken_and_plain_http_on_this_machine_only(typed: str, kept: str) -> None:
    assert a_provider_url(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["http://api.acme.example", "api.acme.example", "https://", "https://u:p@acme.example",
     "https://acme.example/?a=b", "https://acme.example/#x", "https://acme.example:99999",
     "ftp://acme.example", "ftp://127.0.0.1", "https://[::1"],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(OpsError):
        a_provider_url(typed)


def test_a_host_is_kept_in_lower_case() -> None:
    assert a_host("Games.Acme.example:8443") == "games.acme.example:8443"
    with pytest.raises(OpsError):
        a_host("https://games.acme.example")
