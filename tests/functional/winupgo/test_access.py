"""What a request must show: headers, signature, brand, scope, client, certificate."""

import base64
import hashlib
import json
import time

import pytest

from testing.hooks import Reply, proxy_event
from tests.functional.winupgo.partner import BASE, COVERED, INTEGRATION, SCOPES, Partner, as_json
from tests.functional.winupgo.test_cases import said

BET = {"bet_id": "b1", "round_id": "r1"}
ROUTES = {
    "/sessions": "sessions:write",
    "/bets/authorize": "bets:write",
    "/bets/settle": "settlements:write",
    "/bets/rollback": "bets:write",
    "/events": "events:publish",
}


def roll_back(partner: Partner, **changes: object) -> Reply:
    return partner.send("/bets/rollback", "k1", BET, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "header", ["X_Trace_Id", "X_Idempotency_Key", "X_Brand_Id", "X_Region", "X_Provider_Id"]
)
def test_a_missing_header_is_a_400(partner: Partner, header: str) -> None:
    reply = roll_back(partner, **{header: None})
    assert said(reply) == (400, "MISSING_HEADER")
    assert header.replace("_", "-") in reply.json["message"]


def test_no_key_takes_the_id_of_a_release_by_the_casino(partner: Partner) -> None:
    partner.authorize("k1")
    reply = partner.roll_back("release:b1", bet_id="another")
    assert (said(reply), "release:" in reply.json["message"]) == ((400, "INVALID_REQUEST"), True)
    assert partner.world.history.find("studio-eu", "release:b1") is None


@pytest.mark.parametrize("left_out", COVERED)
def test_a_signature_that_leaves_a_component_out_is_refused(
    partner: Partner, left_out: str
) -> None:
    partner.covered = tuple(name for name in COVERED if name != left_out)
    assert said(roll_back(partner)) == (401, "INVALID_SIGNATURE")


@pytest.mark.parametrize("off", [-301, 302])
def test_an_old_or_future_signature_is_refused(partner: Partner, off: int) -> None:
    assert said(roll_back(partner, at=time.time() + off)) == (401, "SIGNATURE_EXPIRED")


def test_a_signed_request_counts_at_its_own_path_alone(partner: Partner) -> None:
    for resource in ("/bets/settle", "/bets/authorize", "/sessions"):
        assert said(roll_back(partner, path=BASE + resource)) == (401, "INVALID_SIGNATURE")
    assert said(roll_back(partner, path="/winupgo/v2/bets/rollback")) == (404, "NOT_FOUND")


def test_another_secret_is_refused(partner: Partner) -> None:
    partner.secret_key = "another"
    assert said(roll_back(partner)) == (401, "INVALID_SIGNATURE")


@pytest.mark.parametrize("header", ["X_Brand_Id", "X_Region", "X_Provider_Id"])
def test_no_key_serves_two_brands(partner: Partner, header: str) -> None:
    assert said(roll_back(partner, **{header: "other"})) == (403, "FORBIDDEN_BRAND")


@pytest.mark.parametrize("resource", ROUTES)
def test_each_route_takes_its_own_scope(partner: Partner, resource: str) -> None:
    for scope in SCOPES.split():
        partner.claims["scope"] = f"winupgo/{scope}"
        reply = partner.send(resource, "k1", {})
        allowed = scope == ROUTES[resource]
        assert (reply.json["code"] != "FORBIDDEN_SCOPE") == allowed, (scope, reply)
        assert allowed or reply.status == 403


def test_a_token_of_another_client_or_none_is_refused(partner: Partner) -> None:
    assert roll_back(partner).status == 200
    partner.claims["client_id"] = "client-2"
    assert said(roll_back(partner)) == (403, "FORBIDDEN_CLIENT")
    partner.claims = {}
    assert said(roll_back(partner)) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("client_id", ["client-1", ""])
def test_an_integration_without_a_client_lets_no_token_in(partner: Partner, client_id: str) -> None:
    partner.configure(client_id="")
    partner.claims["client_id"] = client_id
    assert said(roll_back(partner)) == (403, "FORBIDDEN_CLIENT")


@pytest.mark.parametrize("scope", ["bets:write", "other/bets:write", "winupgo/x/bets:write"])
def test_a_scope_of_another_resource_server_counts_for_nothing(
    partner: Partner, scope: str
) -> None:
    partner.claims["scope"] = f"winupgo/events:publish {scope}"
    assert said(roll_back(partner)) == (403, "FORBIDDEN_SCOPE")


def test_a_pinned_certificate_is_the_only_one(partner: Partner) -> None:
    der = b"not a real certificate, but its bytes"
    pem = base64.encodebytes(der).decode()
    partner.configure(certificate_sha256=hashlib.sha256(der).hexdigest())
    assert said(roll_back(partner)) == (403, "FORBIDDEN_CERTIFICATE")
    body = as_json(BET)
    path = BASE + "/bets/rollback"
    event = proxy_event(body, partner.sign(path, "k1", body), path)
    event["requestContext"]["authorizer"] = {"claims": partner.claims}
    text = f"-----BEGIN CERTIFICATE-----\n{pem}-----END CERTIFICATE-----\n"
    event["requestContext"]["identity"]["clientCert"] = {"clientCertPem": text}
    assert partner.handler(event, None)["statusCode"] == 200


def test_a_replaced_body_is_refused(partner: Partner) -> None:
    body = as_json(BET)
    path = BASE + "/bets/rollback"
    headers = partner.sign(path, "k1", body)
    for other in (body + b" ", as_json(BET | {"bet_id": "b2"})):
        event = proxy_event(other, headers, path)
        event["requestContext"]["authorizer"] = {"claims": partner.claims}
        assert partner.handler(event, None)["statusCode"] == 401


def test_a_version_that_ends_says_so_and_counts_who_uses_it(
    partner: Partner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Deprecation" not in roll_back(partner).headers
    assert "OldVersion" not in capsys.readouterr().out
    monkeypatch.setenv("DEPRECATED_ROUTES", "/winupgo/v1/bets@1767225600:1782864000")
    partner.configure()
    headers = roll_back(partner).headers
    assert headers["Deprecation"] == "@1767225600"
    assert headers["Sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["integration"], line["OldVersionUses"]) == (INTEGRATION, 1)
