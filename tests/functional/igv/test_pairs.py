"""A new pair is tried at iGV before it becomes the current one, where it can be tried."""

from collections.abc import Iterator

import pytest

from casino.dialects.igv.pairs import IgvPairs
from casino.integrations.credentials import PairRefusedError
from casino.providers.post import ServiceUnreachableError
from casino.signing.pair import Pair
from testing.igv import LOGIN, MERCHANT, RECEIVER, SELLER, Igv, igv
from testing.integrations import an_integration
from testing.signatures import rsa_key


@pytest.fixture
def partner() -> Iterator[Igv]:
    with igv() as made:
        yield made


def pairs(partner: Igv) -> IgvPairs:
    return IgvPairs(lambda base_url: partner.post, partner.transport)


def test_a_callbacks_key_has_nothing_to_be_tried_with(partner: Igv) -> None:
    pairs(partner).check(RECEIVER, Pair("any", "key"))
    assert (partner.platform.logins, partner.platform.refused_logins) == (0, 0)


def test_an_accounts_password_is_tried_by_a_login(partner: Igv) -> None:
    pairs(partner).check(SELLER, LOGIN)
    assert partner.platform.logins == 1
    with pytest.raises(PairRefusedError, match="refuses the new password"):
        pairs(partner).check(SELLER, Pair(LOGIN.api_key, "wrong"))


def test_a_merchants_key_is_tried_by_a_signed_call(partner: Igv) -> None:
    pairs(partner).check(MERCHANT, Pair("casino", rsa_key("merchant")))
    assert len(partner.platform.nonces) == 1
    with pytest.raises(PairRefusedError, match="provider_refused"):
        pairs(partner).check(MERCHANT, Pair("casino", rsa_key("another")))
    with pytest.raises(PairRefusedError, match="cannot sign"):
        pairs(partner).check(MERCHANT, Pair("casino", "no key"))


def test_a_pair_that_cannot_be_tried_is_not_taken(partner: Igv) -> None:
    nowhere = an_integration("igv-account", "igv-account")
    with pytest.raises(PairRefusedError, match="no setting 'url'"):
        pairs(partner).check(nowhere, LOGIN)

    def dead(path: str, headers: object, fields: object) -> None:
        raise ServiceUnreachableError

    with pytest.raises(PairRefusedError, match="cannot be reached"):
        IgvPairs(lambda _: dead, partner.transport).check(SELLER, LOGIN)  # type: ignore[arg-type,return-value]
