"""The merchant's calls against the simulated platform, which checks their RSA signature."""

from collections.abc import Iterator

import pytest

from casino.base.errors import AdminError, UnavailableError
from casino.providers.ports import ProviderError
from casino.signing.pair import CURRENT, Pair
from testing.credentials import FakeKeyring
from testing.igv import BASE, MERCHANT, Igv, igv
from testing.integrations import an_integration
from testing.signatures import rsa_key


@pytest.fixture
def partner() -> Iterator[Igv]:
    with igv() as made:
        yield made


def test_a_user_is_synced_once_and_gets_a_new_code_each_time(partner: Igv) -> None:
    merchant = partner.merchant()
    first = merchant.sync_user(MERCHANT, "p_1", "p1@casino.test", "Lucky", "Luke")
    second = merchant.sync_user(MERCHANT, "p_1", "p1@casino.test")

    assert first.user_id == second.user_id == "7000000"
    assert first.authorization_code != second.authorization_code
    assert first.authorization_code not in repr(first)


def test_orders_are_listed(partner: Igv) -> None:
    order_id = partner.platform.pay()
    assert [order.order_id for order in partner.merchant().orders(MERCHANT)] == [order_id]


def test_each_try_has_a_nonce_of_its_own(partner: Igv) -> None:
    partner.platform.faults.not_stored = 2
    partner.merchant().orders(MERCHANT)

    assert len(partner.platform.nonces) == 3
    assert partner.clock.sleeps == [0.25, 0.5]


def test_a_persistence_error_that_stays_is_given_up(partner: Igv) -> None:
    partner.platform.faults.not_stored = 99
    with pytest.raises(ProviderError, match="provider_unavailable"):
        partner.merchant().orders(MERCHANT)
    assert len(partner.platform.nonces) == 4


def test_a_signature_of_another_key_is_refused_and_not_repeated(partner: Igv) -> None:
    keyring = FakeKeyring(Pair("casino", rsa_key("another"), CURRENT))
    transport = partner.transport(keyring)
    merchant = type(partner.merchant())(transport)

    with pytest.raises(ProviderError, match="provider_refused: code 10003"):
        merchant.orders(MERCHANT)
    assert partner.clock.sleeps == []


def test_a_key_that_cannot_sign_is_our_own_trouble(partner: Igv) -> None:
    merchant = type(partner.merchant())(partner.transport(FakeKeyring(Pair("casino", "no key"))))
    with pytest.raises(UnavailableError):
        merchant.orders(MERCHANT)


@pytest.mark.parametrize(
    ("number", "email"), [("", "a@b.test"), ("p 1", "a@b.test"), ("p_1", ""), ("p_1", "a" * 255)]
)
def test_a_user_without_number_or_address_is_refused_before_anything_is_sent(
    partner: Igv, number: str, email: str
) -> None:
    with pytest.raises(AdminError, match="a user has a number"):
        partner.merchant().sync_user(MERCHANT, number, email)
    assert not partner.platform.nonces


def test_an_integration_that_does_not_say_how_igv_calls_us_syncs_nobody(partner: Igv) -> None:
    nameless = an_integration("igv-merchant", "igv-merchant", settings=(("url", BASE),))
    with pytest.raises(AdminError, match="has no setting 'merchant'"):
        partner.merchant().sync_user(nameless, "p_1", "p1@casino.test")
