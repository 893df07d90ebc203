"""The seller's calls against the simulated platform: orders, deliveries, logins, failures."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from casino.dialects.igv.seller_api import PAGE_ORDERS
from casino.dialects.igv.words import AWAITING_DELIVERY
from casino.integrations.model import Integration
from casino.providers.ports import ProviderError
from casino.providers.token import STILL_REFUSED, TokenRefusedError
from casino.providers.token_shelf import REFUSED_S
from casino.signing.pair import CURRENT, Pair
from testing.igv import BASE, LOGIN, MERCHANT, SELLER, Igv, igv
from testing.integrations import with_terms

NEW_LOGIN = Pair(LOGIN.api_key, "an0ther-passw0rd-of-the-casino", CURRENT)


@pytest.fixture
def partner() -> Iterator[Igv]:
    with igv() as made:
        yield made


def test_an_order_is_fetched_as_the_platform_knows_it(partner: Igv) -> None:
    order_id = partner.platform.pay(buyer_id="4711")
    order = partner.seller().order(SELLER, order_id)

    assert order is not None
    assert (order.order_id, order.number, order.buyer_id, order.status) == (
        order_id,
        f"SO{order_id}",
        "4711",
        AWAITING_DELIVERY,
    )


def test_an_order_that_the_platform_does_not_know_is_none(partner: Igv) -> None:
    assert partner.seller().order(SELLER, 12345) is None


def test_the_list_is_read_page_by_page_and_only_with_the_status_asked_for(partner: Igv) -> None:
    ids = [partner.platform.pay() for _ in range(PAGE_ORDERS + 3)]
    partner.platform.deliver(ids.pop(5), {})

    found = [order.order_id for order in partner.seller().orders(SELLER, AWAITING_DELIVERY)]

    assert found == ids


def test_a_delivery_is_submitted_and_the_platform_says_that_it_has_it(partner: Igv) -> None:
    order_id, seller = partner.platform.pay(), partner.seller()
    assert not seller.is_delivered(SELLER, order_id)

    seller.deliver(SELLER, order_id, {"content": "key-1"})

    assert partner.platform.deliveries == {order_id: [{"content": "key-1"}]}
    assert seller.is_delivered(SELLER, order_id)


def test_a_delivery_whose_answer_is_lost_is_not_sent_a_second_time(partner: Igv) -> None:
    order_id, seller = partner.platform.pay(), partner.seller()
    partner.platform.faults.deliveries_lost = 1

    with pytest.raises(ProviderError, match="provider_unavailable"):
        seller.deliver(SELLER, order_id, {})

    assert len(partner.platform.deliveries[order_id]) == 1
    assert seller.is_delivered(SELLER, order_id)


def test_a_delivery_that_fails_is_told_with_its_remark_and_pictures(partner: Igv) -> None:
    order_id = partner.platform.pay()
    partner.seller().deliver_error(SELLER, order_id, "out of stock", ("https://cdn.test/1.png",))

    fields = {"remark": "out of stock", "imageUrls": ["https://cdn.test/1.png"]}
    assert partner.platform.failures == {order_id: [fields]}


@pytest.mark.parametrize("fault", ["errors", "busy"])
def test_what_only_reads_is_repeated_after_failures_that_pass(partner: Igv, fault: str) -> None:
    order_id = partner.platform.pay()
    setattr(partner.platform.faults, fault, 3)

    assert partner.seller().order(SELLER, order_id) is not None
    assert partner.clock.sleeps == [0.25, 0.5, 1.0]


def test_a_platform_that_keeps_failing_gets_no_calls_for_a_while(partner: Igv) -> None:
    seller = partner.seller()
    partner.platform.faults.errors = 1_000
    for _ in range(2):
        with pytest.raises(ProviderError):
            seller.order(SELLER, 1)
    before = partner.platform.faults.errors

    with pytest.raises(ProviderError, match="provider_circuit_open"):
        seller.order(SELLER, 1)

    assert partner.platform.faults.errors == before
    assert partner.notes.metrics["ProviderCircuitOpened"] == 1

    partner.platform.faults.errors = 0
    another = replace(SELLER, name="another-account")
    assert seller.order(another, 1) is None, "it is asked: each account has a circuit of its own"


type Call = Callable[[Igv, Integration], object]

MOVED: dict[str, tuple[str, str, Call]] = {
    "orders_path": ("/moved", "/moved", lambda to, at: to.seller().order(at, 7)),
    "deliver_path": ("/moved/{orderId}", "/moved/7", lambda to, at: to.seller().deliver(at, 7, {})),
    "deliver_error_path": (
        "/moved/{orderId}", "/moved/7", lambda to, at: to.seller().deliver_error(at, 7, "x")
    ),
    "partner_orders_path": ("/moved", "/moved", lambda to, at: to.merchant().orders(at)),
    "user_path": (
        "/moved/{merchant}", "/moved/casino", lambda to, at: to.merchant().sync_user(at, "p", "a@b")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVED)
def test_a_path_that_igvs_pages_leave_open_is_a_setting(partner: Igv, name: str) -> None:
    path, asked_for, call = MOVED[name]
    asked: list[str] = []
    partner.client.event_hooks["request"] = [lambda request: asked.append(request.url.path)]
    settings = (("merchant", "casino"), ("url", BASE), (name, path))

    called_as = MERCHANT if name in ("partner_orders_path", "user_path") else SELLER
    with pytest.raises(ProviderError):
        call(partner, with_terms(called_as, settings=settings))

    assert asked[-1] == f"/merchant-api{asked_for}"


def test_a_code_other_than_success_is_a_failure_although_the_status_is_200(partner: Igv) -> None:
    with pytest.raises(ProviderError, match="provider_refused: code 30001"):
        partner.seller().deliver(SELLER, 404, {})


# Logins


def test_calls_share_one_login(partner: Igv) -> None:
    seller = partner.seller()
    for _ in range(5):
        seller.order(SELLER, 1)
    assert partner.platform.logins == 1


def test_environments_share_one_login(partner: Igv) -> None:
    for seller in [partner.seller() for _ in range(4)]:
        seller.order(SELLER, 1)
    assert partner.platform.logins == 1


def test_expires_in_is_obeyed(partner: Igv) -> None:
    partner.platform.faults.expires_in = 600
    seller = partner.seller()
    seller.order(SELLER, 1)
    partner.clock.advance(539)
    seller.order(SELLER, 1)
    assert partner.platform.logins == 1

    partner.clock.advance(1)
    seller.order(SELLER, 1)
    assert partner.platform.logins == 2


def test_a_token_that_is_refused_in_the_middle_of_work_costs_one_login_and_no_call(
    partner: Igv,
) -> None:
    orders = [partner.platform.pay() for _ in range(6)]
    environments = [partner.seller() for _ in range(3)]
    for seller, order_id in zip(environments, orders, strict=False):
        seller.deliver(SELLER, order_id, {})
    partner.platform.faults.tokens_forgotten = True

    for seller, order_id in zip(environments, orders[3:], strict=True):
        seller.deliver(SELLER, order_id, {})

    assert partner.platform.logins == 2
    assert [len(partner.platform.deliveries[order_id]) for order_id in orders] == [1] * 6
    assert partner.logins.failures == []


def test_a_revoked_login_is_told_once_and_not_tried_by_every_call(partner: Igv) -> None:
    partner.platform.faults.login_revoked = True
    for seller in [partner.seller() for _ in range(5)]:
        with pytest.raises(TokenRefusedError):
            seller.order(SELLER, 1)

    assert partner.platform.refused_logins == 1
    told = [reason for reason in partner.logins.failures if reason != STILL_REFUSED]
    assert told == ["credentials_refused"]


def test_a_login_that_stays_revoked_is_tried_again_later_and_told_no_second_time(
    partner: Igv,
) -> None:
    partner.platform.faults.login_revoked = True
    seller = partner.seller()
    for _ in range(2):
        with pytest.raises(TokenRefusedError):
            seller.order(SELLER, 1)
        partner.clock.advance(REFUSED_S)

    assert partner.platform.refused_logins == 2
    assert partner.logins.failures == ["credentials_refused", STILL_REFUSED]

    partner.platform.faults.login_revoked = False
    assert seller.order(SELLER, 1) is None


def test_new_credentials_are_tried_at_once(partner: Igv) -> None:
    partner.platform.faults.login_revoked = True
    with pytest.raises(TokenRefusedError):
        partner.seller().order(SELLER, 1)
    partner.platform.faults.login_revoked = False
    partner.platform.caller = type(partner.platform.caller)(
        partner.platform.caller.url, "", NEW_LOGIN.api_key, NEW_LOGIN.secret_key
    )
    partner.keyring.known = NEW_LOGIN

    assert partner.seller().order(SELLER, 1) is None
