"""Where a provider's API begins, as an operator may type it."""

import pytest

from casino.base.errors import AdminError
from casino.integrations.checks import a_host, a_name, a_network, a_provider_url


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://api.acme.example/igsp/v1/", "https://api.acme.example/igsp/v1"),
        ("https://api.acme.example:8443", "https://api.acme.example:8443"),
        ("http://127.0.0.1:8090/igsp/v1", "http://127.0.0.1:8090/igsp/v1"),
    ],
)
def test_https_is_taken_and_plain_http_on_this_machine_only(typed: str, kept: str) -> None:
    assert a_provider_url(typed, local=True) == kept


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("api.acme.example", True),
        ("8.8.8.8", True),
        ("[2a00:1450::1]:8443", True),
        ("127.0.0.1:8090", False),
        ("localhost", False),
        ("metadata", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("[fd00:ec2::254]", False),
        ("[::ffff:10.0.0.1]", False),
        ("224.0.0.1", False),
    ],
)
def test_a14_outside_the_local_stage_a_provider_is_a_public_host(host: str, taken: bool) -> None:
    if taken:
        assert a_provider_url(f"https://{host}/igsp", local=False) == f"https://{host}/igsp"
        return
    with pytest.raises(AdminError):
        a_provider_url(f"https://{host}/igsp", local=False)


def test_a14_plain_http_is_for_the_local_stage_alone() -> None:
    with pytest.raises(AdminError):
        a_provider_url("http://127.0.0.1:8090/igsp/v1", local=False)


@pytest.mark.parametrize(
    "typed",
    ["http://api.acme.example", "api.acme.example", "https://", "https://u:p@acme.example",
     "https://acme.example/?a=b", "https://acme.example/#x", "https://acme.example:99999",
     "ftp://acme.example", "ftp://127.0.0.1", "https://[::1"],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(AdminError):
        a_provider_url(typed, local=True)


def test_a_host_is_kept_in_lower_case() -> None:
    assert a_host("Games.Acme.example:8443") == "games.acme.example:8443"
    with pytest.raises(AdminError):
        a_host("https://games.acme.example")


def test_a_network_is_kept_in_its_usual_form() -> None:
    assert (a_network("192.0.2.7"), a_network("2001:DB8::/32")) == ("192.0.2.7/32", "2001:db8::/32")
    for typed in ("192.0.2.300", "192.0.2.1/24", ""):
        with pytest.raises(AdminError):
            a_network(typed)


@pytest.mark.parametrize("typed", ["Acme", "a#b", "", "1a", "a" * 33, "platform"])
def test_a_name_is_short_plain_and_not_the_platforms(typed: str) -> None:
    assert a_name("acme-2", "platform") == "acme-2"
    with pytest.raises(AdminError):
        a_name(typed, "platform")
