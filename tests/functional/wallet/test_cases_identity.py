"""The rows of the wallet's contract on who calls: credentials, signature, time, address."""

import time
from typing import Any

import pytest

from casino.integrations.store.items import registry_key
from testing.hooks import API_KEY, Caller, encode, load_function, proxy_event, signed_headers
from testing.play import Play


def _balance() -> dict[str, Any]:
    return {"action": "balance", "player_id": "player-912", "currency": "EUR"}


@pytest.mark.parametrize("name", ["Authorization", "X-Timestamp", "X-Signature"])
def test_missing_credential_header_is_unauthorized(play: Play, name: str) -> None:
    body = encode(_balance())
    headers = {k: v for k, v in signed_headers(body).items() if k != name}
    reply = play.hook.send(proxy_event(body, headers))
    assert (reply.status, reply.error) == (401, "unauthorized")


def test_unknown_key_is_unauthorized(play: Play) -> None:
    body = encode(_balance())
    reply = play.hook.send(proxy_event(body, signed_headers(body, api_key="gp_test_unknown")))
    assert (reply.status, reply.error) == (401, "unauthorized")


def test_revoked_key_is_unauthorized(play: Play) -> None:
    key = registry_key("key", API_KEY)
    play.world.client.delete_item(TableName=play.world.tables.registry, Key=key)
    reply = Caller(load_function("hooks"))(_balance())
    assert (reply.status, reply.error) == (401, "unauthorized")


def test_wrong_signature_is_invalid_signature(play: Play) -> None:
    body = encode(_balance())
    reply = play.hook.send(proxy_event(body, signed_headers(body, secret_key="another")))
    assert (reply.status, reply.error) == (403, "invalid_signature")


def test_tampered_body_is_invalid_signature(play: Play) -> None:
    body = encode(_balance())
    tampered = body.replace(b"player-912", b"player-913")
    reply = play.hook.send(proxy_event(tampered, signed_headers(body)))
    assert (reply.status, reply.error) == (403, "invalid_signature")


@pytest.mark.parametrize("offset_s", [-302, 302])
def test_timestamp_off_by_more_than_300_s_either_way_is_timestamp_out_of_range(
    play: Play, offset_s: int
) -> None:
    body = encode(_balance())
    headers = signed_headers(body, at=time.time() + offset_s)
    reply = play.hook.send(proxy_event(body, headers))
    assert (reply.status, reply.error) == (403, "timestamp_out_of_range")


@pytest.mark.parametrize("offset_s", [-290, 290])
def test_timestamp_within_300_s_is_accepted(play: Play, offset_s: int) -> None:
    body = encode(_balance())
    headers = signed_headers(body, at=time.time() + offset_s)
    assert play.hook.send(proxy_event(body, headers)).status == 200


def test_address_not_on_the_allow_list_is_ip_not_allowed(play: Play) -> None:
    play.world.configure(allowed_cidrs=("198.51.100.0/24", "2001:db8::/32"))
    caller = Caller(load_function("hooks"))
    body = encode(_balance())
    for address, status in [("198.51.100.7", 200), ("2001:db8::1", 200), ("192.0.2.1", 403)]:
        reply = caller.send(proxy_event(body, signed_headers(body), source_ip=address))
        assert reply.status == status
    assert reply.error == "ip_not_allowed"


def test_signature_header_given_twice_is_refused(play: Play) -> None:
    body = encode(_balance())
    headers: dict[str, str | list[str]] = {**signed_headers(body)}
    twice = headers | {"X-Signature": [str(headers["X-Signature"])] * 2}
    reply = play.hook.send(proxy_event(body, twice))
    assert (reply.status, reply.error) == (403, "invalid_signature")


def test_header_names_are_matched_in_any_case(play: Play) -> None:
    body = encode(_balance())
    headers = {name.lower(): value for name, value in signed_headers(body).items()}
    assert play.hook.send(proxy_event(body, headers)).status == 200
