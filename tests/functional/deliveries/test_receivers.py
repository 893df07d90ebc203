"""What partners see: deliveries signed, sent to the functions, stored once, answered at once."""

import gzip
import json
import time
from typing import Any

import boto3
import pytest

from casino.base.errors import UnavailableError
from casino.deliveries.store.inbox import DynamoDbInbox
from casino.dialects.invo.signature import signature_header
from testing.meter import Meter
from testing.world import World
from tests.functional.deliveries.receiving import CALLBACK, EVENT, GONE, Partner, invo, to_bytes

RETRY_MINUTES = (5, 35)


@pytest.fixture(params=["invo", "igv"])
def partner(request: pytest.FixtureRequest, world: World, meter: Meter) -> Partner:
    return invo(world) if request.param == "invo" else Partner.of(world, "igv")


@pytest.fixture
def igv(world: World) -> Partner:
    return Partner.of(world, "igv")


def body_of(partner: Partner) -> dict[str, Any]:
    return EVENT if partner.function == "invo" else CALLBACK


def test_a_delivery_is_stored_as_it_was_signed_and_answered_with_200(partner: Partner) -> None:
    fields = body_of(partner)

    assert partner.send(fields).status == 200
    found = partner.stored()
    assert found is not None
    assert (found.body, found.state, found.attempts) == (to_bytes(fields), "received", 0)
    assert found.dialect == partner.family
    assert abs(found.received_at - time.time()) < 60


def test_a_repetition_gets_200_and_changes_nothing(
    partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    partner.send(body_of(partner))
    first = partner.stored()
    assert partner.send(body_of(partner), ago_s=60).status == 200
    assert partner.stored() == first
    logged = capsys.readouterr().out
    assert (logged.count('"DeliveriesReceived":'), logged.count('"DeliveryDuplicates":')) == (1, 1)


def test_the_first_of_two_bodies_under_one_key_counts_and_somebody_is_told(
    partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    partner.send(body_of(partner))
    first = partner.stored()
    assert partner.send(body_of(partner) | {"more": 1}).status == 200
    assert partner.stored() == first
    assert '"CallbackAnomalies":' in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [{"secret": "f" * 32}, {"ago_s": 2_460}, {"ago_s": -360},
     {"integration": "nobody"}, {"integration": "sandbox"}],
)  # fmt: skip
def test_what_nobody_vouches_for_is_401_and_not_stored(
    partner: Partner, changes: dict[str, Any]
) -> None:
    assert partner.send(body_of(partner), **changes).status == 401
    assert partner.stored() is None


def test_a_missing_signature_is_401(partner: Partner) -> None:
    for value in (GONE, "0"):
        changed = {"X-Invo-Signature": value, "X-Signature": value}
        assert partner.send(body_of(partner), changed=changed).status == 401
    assert partner.stored() is None


def test_an_integration_that_is_disabled_receives_nothing(partner: Partner) -> None:
    found = partner.world.registry.get(partner.function)
    assert found is not None
    partner.world.registry.put(found.__class__(found.name, found.family, found.secret_name,
                                               enabled=False))  # fmt: skip
    assert partner.send(body_of(partner)).status == 401


def test_an_address_that_is_not_allowed_is_403(world: World, meter: Meter) -> None:
    partner = invo(world, allowed_cidrs=("198.51.100.0/24",))
    assert partner.send(EVENT).status == 403
    assert partner.stored() is None


def test_a_delivery_that_cannot_be_stored_is_503_so_that_it_comes_again(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(DynamoDbInbox, "put_if_absent", down)
        assert partner.send(body_of(partner)).status == 503
    assert partner.send(body_of(partner)).status == 200
    assert partner.stored() is not None


def test_n7_a_delivery_and_a_repetition_take_one_round_trip_and_nothing_more_than_two(
    partner: Partner, meter: Meter
) -> None:
    partner.send(body_of(partner) | {"idempotency_key": "key_0"}, "key_0")
    meter.sent.clear()
    partner.send(body_of(partner))
    assert meter.round_trips == ["PutItem"]
    meter.sent.clear()
    partner.send(body_of(partner))
    assert meter.round_trips == ["PutItem"]
    for _ in range(2):
        meter.sent.clear()
        partner.send(body_of(partner) | {"more": 1})
        assert meter.round_trips == ["PutItem"] * (2 if partner.function == "igv" else 1)
    meter.sent.clear()
    partner.send(body_of(partner), integration="nobody")
    partner.send(body_of(partner), integration="nobody")
    assert len(meter.sent) <= 1, "an unknown name brings one reading of the keys forward"


def test_no_log_line_shows_a_body_a_secret_or_a_signature(
    partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = body_of(partner) | {"player_email": "ann@example.org"}
    for _ in range(2):
        partner.send(fields)
    partner.send(fields, secret="f" * 32)
    said = capsys.readouterr()
    signed = partner.headers(to_bytes(fields), "key_1")
    for secret in (partner.secret, "ann@example.org", *list(signed.values())[-1:]):
        assert secret not in said.out + said.err


# Invo


def test_invo_compresses_what_it_has_signed(world: World, meter: Meter) -> None:
    partner, body = invo(world), to_bytes(EVENT)
    headers = partner.headers(body, "key_1") | {"Content-Encoding": "gzip"}
    assert partner.sent(gzip.compress(body), headers).status == 200
    found = partner.stored()
    assert found is not None
    assert found.body == body
    bomb = gzip.compress(b"0" * 10**7)
    assert partner.sent(bomb, headers).status == 413


def test_invos_unknown_types_are_stored_and_no_key_is_refused(world: World, meter: Meter) -> None:
    partner = invo(world)
    assert partner.send(EVENT | {"event_type": "never.heard.of"}).status == 200
    assert partner.send(EVENT | {"idempotency_key": ""}).status == 400
    assert partner.send(EVENT, "another-key").status == 400
    assert (
        partner.send(
            EVENT | {"tenant_id": "game-2"}, changed={"X-Invo-Idempotency-Key": GONE}
        ).status
        == 403
    )


def test_invo_signs_with_two_secrets_while_one_is_rotated(world: World, meter: Meter) -> None:
    """Seven days: whichever of the two we have, the delivery is taken."""
    partner, body = invo(world), to_bytes(EVENT)
    both = signature_header(body, int(time.time()), [f"new-{'0' * 32}", partner.secret])
    assert partner.send(EVENT, changed={"X-Invo-Signature": both}).status == 200


def test_a_staged_secret_of_a_partner_verifies_beside_the_current_one(partner: Partner) -> None:
    """Its next secret is handed to us before or after it begins to sign with it."""
    registered = partner.world.registry.get(partner.function)
    assert registered is not None
    new = f"next-{'a1B2' * 8}"
    text = json.dumps({"api_key": f"{partner.function}-key", "secret_key": new})
    boto3.client("secretsmanager").put_secret_value(
        SecretId=registered.secret_name, SecretString=text, VersionStages=["AWSPENDING"]
    )
    fields = body_of(partner)
    assert partner.send(fields, secret=new).status == 200
    assert partner.send(fields).status == 200


# iGV


@pytest.mark.parametrize("minutes", RETRY_MINUTES)
def test_igvs_repetitions_are_taken_with_the_time_of_the_first(igv: Partner, minutes: int) -> None:
    assert igv.send(CALLBACK, ago_s=60 * minutes).status == 200
    assert igv.stored() is not None


def test_another_body_with_the_headers_of_a_callback_changes_nothing(igv: Partner) -> None:
    """Its body is not signed: whoever saw a callback can send another with its headers."""
    body = to_bytes(CALLBACK)
    headers = igv.headers(body, "key_1")
    assert igv.sent(body, headers).status == 200
    first = igv.stored()
    assert igv.sent(to_bytes(CALLBACK | {"orderId": 1}), headers).status == 200
    assert igv.stored() == first
    assert igv.sent(b"no json", igv.headers(b"", "key_2")).status == 400
