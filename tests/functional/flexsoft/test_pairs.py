"""A new pair is tried at Flexsoft before it becomes the current one, with what changes nothing."""

import json
from typing import Any

import pytest
import urllib3

from casino.integrations.credentials import PairRefusedError
from casino.signing.pair import Pair
from casino.wiring import pairs
from casino.wiring.unobserved import Unobserved
from sandbox.flexsoft.signatures import holds
from testing.clock import FakeClock
from testing.integrations import an_integration
from tests.functional.flexsoft.far import OK, Far
from tests.functional.flexsoft.partner import SETTINGS

NEW = Pair("pk_new", "flex-secret-0f4b1c7d92e8a635")


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Far:
    far = Far()
    monkeypatch.setattr(pairs, "pool_manager", lambda public_only: far)
    return far


@pytest.fixture
def provider(far: Far) -> pairs.PairProviders:
    return pairs.PairProviders(FakeClock(), Unobserved(), local=True)


@pytest.mark.parametrize("answer", [(200, OK), (404, b"{}"), (400, b"{}")])
def test_a_signature_that_flexsoft_reads_is_a_pair_that_it_takes(
    provider: pairs.PairProviders, far: Far, answer: Any
) -> None:
    far.answers = [answer]
    provider.check(SETTINGS, NEW)
    ((url, body, headers),) = far.sent
    assert url == "https://provider.test/api/v1/game-gifts/cancel"
    assert headers["x-public-key"] == NEW.api_key
    assert holds(NEW.secret_key, headers, body)
    told = json.loads(body)
    assert told["gifts"] == [{"giftKey": told["client"]["operatorTxId"]}]
    assert told["client"]["operatorTxId"].startswith("rotation-check-")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, b"{}"), "answered 401"),
        ((403, b"{}"), "answered 403"),
        ((503, b""), "answered 503"),
        (urllib3.exceptions.ReadTimeoutError(None, "u", "slow"), "cannot be reached"),  # type: ignore[arg-type]
    ],
)
def test_a_pair_that_flexsoft_does_not_take_is_refused(
    provider: pairs.PairProviders, far: Far, answer: Any, said: str
) -> None:
    far.answers = [answer]
    with pytest.raises(PairRefusedError, match=said):
        provider.check(SETTINGS, NEW)


def test_a_pair_without_an_address_to_try_it_at_is_refused(provider: pairs.PairProviders) -> None:
    with pytest.raises(PairRefusedError, match="provider_url"):
        provider.check(an_integration("flexsoft-eu", "flexsoft"), NEW)
