"""What the firewall stops, and what it lets pass: owed money above all."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from builder.samconfig import parameters
from casino.dialects.flexsoft.answers import answer as flexsoft
from casino.dialects.igsp.answers import answer as igsp
from casino.dialects.igv.callback import IgvCallback
from casino.dialects.invo.webhook import InvoWebhook
from casino.dialects.winupgo.answers import answer as winupgo
from casino.wallet.dialect import MAX_BODY, Answer, Outcome
from testing.template import PROJECT, Template, load_template
from tests.unit.template.firewall import Request, answer, firewall, rates
from tests.unit.template.template_rules import PUBLIC, ROUTES

SIGNED = {"Authorization": "Bearer k", "X-Timestamp": "2025-10-17T12:03:45Z", "X-Signature": "0"}
HOOK = "/prod/webhooks/igsp/v1/win"


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template()


def test_a8_a_body_that_the_hooks_refuse_does_not_reach_them(template: Template) -> None:
    assert answer(template, Request(HOOK, SIGNED, MAX_BODY)) is None
    assert answer(template, Request(HOOK, SIGNED, MAX_BODY + 1)) == 413
    assert answer(template, Request("/prod/sessions", {}, 6_000_000)) == 413


@pytest.mark.parametrize("path", [HOOK, "/prod/webhooks/%69gsp/v1/win"])
@pytest.mark.parametrize("name", SIGNED)
def test_a8_a_hook_without_one_of_its_headers_reaches_no_function(
    template: Template, path: str, name: str
) -> None:
    for headers in (SIGNED | {name: ""}, {k: v for k, v in SIGNED.items() if k != name}):
        assert answer(template, Request(path, headers)) == 401


def test_other_dialects_and_the_platform_need_no_headers_of_igsp(template: Template) -> None:
    for path in ("/prod/webhooks/other/v1/win", "/prod/sessions", "/prod/health"):
        assert answer(template, Request(path)) is None
    lower = {name.lower(): value for name, value in SIGNED.items()}
    assert answer(template, Request(HOOK, lower)) is None


def test_a8_hooks_are_counted_by_key_and_address_and_the_nameless_by_address_alone(
    template: Template,
) -> None:
    assert rates(template, Request(HOOK, SIGNED)) == {
        "CUSTOM_KEYS authorization": {"Ref": "WafKeyRateLimit"},
        "IP": {"Ref": "WafRateLimit"},
    }
    nameless = rates(template, Request("/prod/health"))
    assert list(nameless) == ["IP"]
    assert nameless["IP"] <= 1_000
    assert rates(template, Request("/prod/sessions", {"Authorization": "AWS4-HMAC-SHA256 …"})) == {}


def test_flexsoft_names_its_key_in_a_header_of_its_own(template: Template) -> None:
    path, signed = "/prod/flexsoft/v1/deposit", {"X-Public-Key": "pk", "X-Signature": "0="}
    assert answer(template, Request(path, signed)) is None
    for name in signed:
        assert answer(template, Request(path, signed | {name: ""})) == 401
    assert rates(template, Request(path, signed)) == {
        "CUSTOM_KEYS x-public-key": {"Ref": "WafKeyRateLimit"},
        "IP": {"Ref": "WafRateLimit"},
    }


def test_winupgo_is_counted_by_its_token_and_passes_with_token_digest_and_signature_alone(
    template: Template,
) -> None:
    path = "/prod/winupgo/v1/bets/settle"
    shown = dict.fromkeys(("Authorization", "Content-Digest", "Signature-Input", "Signature"), "x")
    assert answer(template, Request(path, shown)) is None
    for name in shown:
        assert answer(template, Request(path, shown | {name: ""})) == 401
    assert rates(template, Request(path, shown)) == {
        "CUSTOM_KEYS authorization": {"Ref": "WafKeyRateLimit"},
        "IP": {"Ref": "WafRateLimit"},
    }


def test_o8_no_hook_comes_by_the_domain_without_client_certificates(template: Template) -> None:
    paths = [p for m, p in ROUTES if m == "POST" and PUBLIC.fullmatch(p) and p != "/health"]
    names = ("X-Public-Key", "Content-Digest", "Signature-Input", "Signature", "X-Request-Id")
    signed = SIGNED | dict.fromkeys((*names, "X-Invo-Signature"), "x")
    for path in paths:
        assert answer(template, Request(path, signed)) is None
        for host in ("Platform.test", "platform.test:443", "platform.test.", "platform.test.:"):
            assert answer(template, Request(path, signed | {"Host": host})) == 403
    assert answer(template, Request("/sessions", {"Host": "platform.test"})) is None
    assert answer(template, Request(HOOK, SIGNED | {"Host": "hooks.test"})) is None


PUBLIC_POSTS = [path for method, path in ROUTES if method == "POST" and PUBLIC.fullmatch(path)]


@pytest.mark.parametrize("path", PUBLIC_POSTS)
def test_a8_no_dialects_money_meets_the_limit_of_the_nameless(
    template: Template, path: str
) -> None:
    assert rates(template, Request(f"/prod{path}"))["IP"] == {"Ref": "WafRateLimit"}


def test_a_partners_delivery_needs_the_headers_that_sign_it(template: Template) -> None:
    invo, igv = "/prod/invo/v1/webhooks/acme", "/prod/igv/v1/callbacks/acme"
    signed = {"X-Request-Id": "1", "X-Timestamp": "1734850099000", "X-Signature": "0"}
    assert answer(template, Request(invo, {"X-Invo-Signature": "t=1,v1=0"})) is None
    largest = Request(invo, {"X-Invo-Signature": "t=1,v1=0"}, InvoWebhook().most_bytes)
    assert answer(template, largest) is None
    assert answer(template, Request(invo)) == 401
    assert answer(template, Request(igv, signed)) is None
    for name in signed:
        assert answer(template, Request(igv, signed | {name: ""})) == 401


@pytest.mark.parametrize("environment", [None, "staging", "prod"])
def test_o4_the_rates_follow_the_throttle(template: Template, environment: str | None) -> None:
    """A key may use all of one method; an aggregator's two addresses may, together."""
    values = {n: p["Default"] for n, p in template["Parameters"].items() if "Default" in p}
    if environment:
        values |= parameters(environment, PROJECT / "samconfig.toml")
    in_five_minutes = int(values["ThrottlingRateLimit"]) * 300
    assert int(values["WafKeyRateLimit"]) == in_five_minutes
    assert int(values["WafRateLimit"]) == in_five_minutes // 2


#: Custom body of the firewall → whose words it has, and for which code.
WORDS: dict[str, tuple[Callable[[Outcome], Answer], str]] = {
    "too-large": (igsp, "payload_too_large"),
    "igsp": (igsp, "unauthorized"),
    "flexsoft": (flexsoft, "unauthorized"),
    "winupgo": (winupgo, "unauthorized"),
    "invo": (lambda said: InvoWebhook().answer(said.code, said.trace_id), "unauthorized"),
    "igv": (lambda said: IgvCallback().answer(said.code, said.trace_id), "unauthorized"),
}


def test_the_firewall_speaks_the_words_of_the_dialect_that_it_stops(template: Template) -> None:
    bodies = firewall(template)["CustomResponseBodies"]
    used = set()
    for rule in firewall(template)["Rules"]:
        custom = rule.get("Action", {}).get("Block", {}).get("CustomResponse")
        if custom:
            name = custom["CustomResponseBodyKey"]
            words, code = WORDS[name]
            said = words(Outcome(code, ""))
            assert json.loads(bodies[name]["Content"]) == json.loads(said.body)
            assert custom["ResponseCode"] == said.status
            used.add(name)
    assert used == bodies.keys() == WORDS.keys()


def _rule(template: Template, name: str) -> dict[str, Any]:
    rules: list[dict[str, Any]] = firewall(template)["Rules"]
    (rule,) = [each for each in rules if each["Name"] == name]
    return rule


@pytest.mark.parametrize("case", ["counts only", "sees 16 KB", "looks at the beginning"])
def test_a_size_rule_that_lets_large_bodies_pass_is_noticed(template: Template, case: str) -> None:
    broken = deepcopy(template)
    size = _rule(broken, "size")
    if case == "counts only":
        size["Action"] = {"Count": {}}
    elif case == "sees 16 KB":
        broken["Resources"]["Firewall"]["Properties"].pop("AssociationConfig")
    else:
        (large, _) = size["Statement"]["AndStatement"]["Statements"]
        body = large["SizeConstraintStatement"]["FieldToMatch"]["Body"]
        body["OversizeHandling"] = "CONTINUE"
    passes = answer(broken, Request(HOOK, SIGNED, 6_000_000)) is None
    refuses = answer(broken, Request(HOOK, SIGNED, MAX_BODY)) is not None
    assert passes or refuses
