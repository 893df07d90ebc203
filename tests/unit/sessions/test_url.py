"""A launch URL is taken as it is, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.base.errors import AdminError
from casino.integrations.checks import a_host
from casino.integrations.model import Integration
from casino.sessions.url import MAX_URL, launch_url_fault
from testing.integrations import an_integration

REMOTE = an_integration("s", url="https://api.provider.test/igsp/v1")
LISTED = an_integration(
    "s",
    url="https://api.provider.test/igsp/v1",
    launch_hosts=("games.provider.test", "play.test:8443"),
)
LOCAL = an_integration("s", url="http://127.0.0.1:9000/igsp/v1")


@pytest.mark.parametrize(
    ("integration", "url"),
    [
        (REMOTE, "https://api.provider.test/launch/abc123?token=a%20b&x=1#top"),
        (REMOTE, "https://API.Provider.test:443/launch"),
        (LISTED, "https://games.provider.test/session/launch/abc123"),
        (LISTED, "https://play.test:8443/"),
        (LOCAL, "http://127.0.0.1:9000/play/abc"),
        (LOCAL, "http://localhost:1234/play"),
        (LOCAL, "http://[::1]:80/play"),
    ],
)
def test_an_acceptable_url_has_no_fault(integration: Integration, url: str) -> None:
    assert launch_url_fault(url, integration) is None


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "/launch/abc",
        "//api.provider.test/launch",
        "http://api.provider.test/launch",
        "http://127.0.0.1:9000/launch",
        "ftp://api.provider.test/launch",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://evil.test/launch",
        "https://api.provider.test.evil.test/launch",
        "https://evil.test#api.provider.test",
        "https://evil.test/?https://api.provider.test",
        "https://api.provider.test@evil.test/",
        "https://user:pass@api.provider.test/",
        "https://api.provider.test\\@evil.test/",
        "https://evil.test\\.api.provider.test/",
        "https://api.provider.test:8443/launch",
        "https://api.provider.test:99999/launch",
        "https://api.provider.test:x/launch",
        "https://api.provider.test./launch",
        "https://xn--80ak6aa92e.test/",
        "https://\u0430pi.provider.test/launch",
        "https://api.provider.test/\r\nSet-Cookie: a=b",
        "https://api.provider.test/a b",
        " https://api.provider.test/",
        "https://[::1/launch",
        "https:///launch",
        "https://api.provider.test/" + "a" * MAX_URL,
    ],
)
def test_another_url_is_refused(url: object) -> None:
    assert launch_url_fault(url, REMOTE) is not None


def test_a_list_of_hosts_is_the_whole_list() -> None:
    assert launch_url_fault("https://api.provider.test/launch", LISTED) is not None
    assert launch_url_fault("https://play.test/", LISTED) is not None


@pytest.mark.parametrize(("port", "taken"), [(8443, True), (443, False), (8444, False), (0, False)])
def test_c12_a_port_is_taken_only_where_the_list_names_it(port: int, taken: bool) -> None:
    fault = launch_url_fault(f"https://play.test:{port}/launch", LISTED)
    assert (fault is None) == taken


@pytest.mark.parametrize("host", ["play.test:0", "play.test:65536", "play.test:99999"])
def test_c12_no_list_names_a_port_that_is_none(host: str) -> None:
    with pytest.raises(AdminError, match="is not a host"):
        a_host(host)


def test_loopback_is_for_a_provider_on_loopback_only() -> None:
    assert launch_url_fault("http://127.0.0.1:9000/play", LISTED) is not None
    assert launch_url_fault("http://192.0.2.1/play", LOCAL) is not None
    assert launch_url_fault("https://evil.test/play", LOCAL) is not None


@given(st.text())
def test_no_text_makes_the_check_fail(url: str) -> None:
    assert launch_url_fault(url, REMOTE) is not None
