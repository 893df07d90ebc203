"""The rotation's calls to a provider: over HTTP, and what the fake says to the same."""

from collections.abc import Iterator

import pytest

from casino.base.clock import SystemClock
from casino.dialects.igsp.pairs import HttpPairProvider
from casino.dialects.registry import family
from casino.integrations.admin_ports import PairProvider
from casino.integrations.credentials import PairRefusedError
from casino.integrations.model import Integration
from testing.credentials import FakePairProvider, pair_of
from testing.integrations import an_integration, with_terms
from testing.issuer import Issuer, serving


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as issuer:
        yield issuer


@pytest.fixture
def acme(issuer: Issuer) -> Integration:
    url = f"{issuer.url}/igsp/v1"
    return an_integration("acme", url=url, issue_url=f"{issuer.url}/issue")


@pytest.fixture
def provider() -> HttpPairProvider:
    return HttpPairProvider(family, SystemClock())


@pytest.fixture(params=["in memory", "over HTTP"])
def either(request: pytest.FixtureRequest, provider: HttpPairProvider) -> PairProvider:
    fake = FakePairProvider(refuses={pair_of("unknown").api_key})
    return fake if request.param == "in memory" else provider


def test_a_pair_that_the_provider_issued_is_taken(
    provider: HttpPairProvider, acme: Integration, issuer: Issuer
) -> None:
    provider.check(acme, issuer.pair())
    provider.check(with_terms(acme, url=f"{acme.provider.url}/"), issuer.pair())
    assert issuer.checked == 2


def test_another_pair_is_refused_and_not_quoted(either: PairProvider, acme: Integration) -> None:
    with pytest.raises(PairRefusedError, match="403") as caught:
        either.check(acme, pair_of("unknown"))
    assert "secret-unknown" not in str(caught.value)


def test_a_new_pair_is_issued_once_for_a_token(
    either: PairProvider, acme: Integration, issuer: Issuer
) -> None:
    current = issuer.pair()
    first = either.issue(acme, current, "token-1")
    assert either.issue(acme, current, "token-1") == first
    assert either.issue(acme, current, "token-2") != first
    either.check(acme, first)


def test_what_is_no_pair_or_no_answer_is_a_refusal(
    provider: HttpPairProvider, acme: Integration, issuer: Issuer
) -> None:
    nobody = "http://127.0.0.1:9"
    for broken in (
        with_terms(acme, issue_url=f"{issuer.url}/nothing"),
        with_terms(acme, issue_url=nobody),
    ):
        with pytest.raises(PairRefusedError):
            provider.issue(broken, issuer.pair(), "token-3")
    for url in ("", nobody):
        with pytest.raises(PairRefusedError):
            provider.check(with_terms(acme, url=url), issuer.pair())
