"""The template's edge keeps its promises, and every rule that says so is able to fail."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from builder.samconfig import parameters
from testing.template import PROJECT, Template, load_template
from tests.unit.template import template_edge as edge

type Rule = Callable[[Template], list[str]]
type Break = Callable[[dict[str, Any]], object]


def _properties(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def test_m12_bodies_reach_the_functions_as_they_were_sent() -> None:
    assert edge.altered_bodies(load_template()) == []


def test_no_message_of_a_queue_is_lost_or_told_too_early() -> None:
    assert edge.lossy_queues(load_template()) == []


def test_a2_launches_and_expiry_leave_room_for_what_is_owed() -> None:
    assert edge.unreserved_functions(load_template()) == []
    assert edge.careless_reservations(parameters("prod", PROJECT / "samconfig.toml")) == []


def test_the_cashiers_requests_leave_the_wallet_its_share() -> None:
    assert edge.greedy_routes(load_template()) == []


#: What else prod demands, see test_operations.
SAFE = {"DeletionProtection": "true", "GradualDeployment": "true", "AlarmEmail": "a@casino.test"}


@pytest.mark.parametrize(
    ("stage", "values", "refused"),
    [
        ("prod", {}, True),
        ("prod", {"AllowedSourceCidrs": "192.0.2.0/24,2001:db8::/32"}, False),
        ("prod", {"TruststoreUri": "s3://b/k", "DomainName": "w.example"}, False),
        ("dev", {}, False),
    ],
)
def test_a8_production_demands_an_allow_list_or_mutual_tls(
    stage: str, values: dict[str, str], refused: bool
) -> None:
    given = SAFE | {"Stage": stage, "CertificateArn": "arn", "ReturnHosts": "casino.test"} | values
    assert ("ProdKnowsItsPeers" in edge.broken_rules(load_template(), given)) == refused


def test_a13_production_demands_the_hosts_that_games_lead_back_to() -> None:
    values = SAFE | {"Stage": "prod", "AllowedSourceCidrs": "192.0.2.0/24"}
    assert edge.broken_rules(load_template(), values) == ["ProdKnowsItsPeers"]
    assert edge.broken_rules(load_template(), values | {"ReturnHosts": "casino.test"}) == []


def test_a14_no_principal_but_a_service_may_invoke_a_function() -> None:
    assert edge.open_functions(load_template()) == []


def test_a14_pages_are_kept_from_readers_without_tls_and_from_overwriting() -> None:
    assert edge.careless_buckets(load_template()) == []


@pytest.mark.parametrize("values", [{}, dict.fromkeys(edge.RESERVED.values(), "200")])
def test_reservations_that_are_missing_or_too_many_are_noticed(values: dict[str, str]) -> None:
    assert edge.careless_reservations(values) != []


BROKEN: dict[str, tuple[Rule, Break]] = {
    "a route of the cashier's without a throttle": (
        edge.greedy_routes,
        lambda t: _properties(t, "WalletApi").update(MethodSettings=[]),
    ),
    "a throttle of the cashier's as large as the wallet's": (
        edge.greedy_routes,
        lambda t: [
            each.update(ThrottlingRateLimit={"Ref": "ThrottlingRateLimit"})
            for each in _properties(t, "WalletApi")["MethodSettings"]
        ],
    ),
    "bodies are decoded as text": (
        edge.altered_bodies,
        lambda t: _properties(t, "WalletApi").pop("BinaryMediaTypes"),
    ),
    "only some bodies are exact": (
        edge.altered_bodies,
        lambda t: _properties(t, "WalletApi").update(BinaryMediaTypes=["application/gzip"]),
    ),
    "launches share the account's concurrency": (
        edge.unreserved_functions,
        lambda t: _properties(t, "LaunchSessionFunction").pop("ReservedConcurrentExecutions"),
    ),
    "a reservation for nothing": (
        edge.unreserved_functions,
        lambda t: t["Conditions"].pop("ReserveWin"),
    ),
    "an account may invoke a function": (
        edge.open_functions,
        lambda t: _properties(t, "RotateSecretPermission").update(Principal="123456789012"),
    ),
    "every account's service may invoke a function": (
        edge.open_functions,
        lambda t: _properties(t, "RotateSecretPermission").pop("SourceAccount"),
    ),
    "pages may be read without TLS": (
        edge.careless_buckets,
        lambda t: t["Resources"].pop("PagesPolicy"),
    ),
    "pages may be read without TLS on some stage": (
        edge.careless_buckets,
        lambda t: t["Resources"]["PagesPolicy"].update(Condition="HasKey"),
    ),
    "pages may be overwritten": (
        edge.careless_buckets,
        lambda t: _properties(t, "PagesBucket").pop("VersioningConfiguration"),
    ),
    "the archive forgets what was overwritten": (
        edge.careless_buckets,
        lambda t: _properties(t, "ArchiveBucket").update(
            LifecycleConfiguration={"Rules": [{"NoncurrentVersionExpiration": {}}]}
        ),
    ),
    "pages cannot be locked": (
        edge.careless_buckets,
        lambda t: _properties(t, "PagesBucket").pop("ObjectLockConfiguration"),
    ),
    "a message that fails is lost": (
        edge.lossy_queues,
        lambda t: _properties(t, "LakeQueue").pop("RedrivePolicy"),
    ),
    "a message comes back while it is worked on": (
        edge.lossy_queues,
        lambda t: _properties(t, "LakeQueue").update(VisibilityTimeout=180),
    ),
    "a batch comes back whole": (
        edge.lossy_queues,
        lambda t: _properties(t, "StoreEventsFunction")["Events"]["Lake"]["Properties"].pop(
            "FunctionResponseTypes"
        ),
    ),
    "everybody's bus may fill the lake": (
        edge.lossy_queues,
        lambda t: _properties(t, "LakeQueuePolicy")["PolicyDocument"]["Statement"][0].pop(
            "Condition"
        ),
    ),
    "compressed bodies are inflated": (
        edge.altered_bodies,
        lambda t: _properties(t, "WalletApi").update(MinimumCompressionSize=0),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_rule_notices(case: str) -> None:
    rule, spoil = BROKEN[case]
    broken = deepcopy(load_template())
    spoil(broken)

    assert rule(broken) != []


def test_what_production_demands_is_said_in_full() -> None:
    """Who reads the refusal knows what to write, and where: its page has the very lines."""
    page = (PROJECT / "docs" / "deployment.md").read_text("utf-8")
    lines = page.partition("**What prod demands.**")[2].partition("```toml")[2].partition("```")[0]
    written = dict(line.strip('", ').split("=") for line in lines.split("\n") if line.strip())
    rules = load_template()["Rules"]
    demands = [
        each for name in ("ProdKnowsItsPeers", "ProdIsSafe") for each in rules[name]["Assertions"]
    ]
    for name in ("ReturnHosts", "AllowedSourceCidrs", "AlarmEmail"):
        (said,) = [each["AssertDescription"] for each in demands if name in str(each["Assert"])]
        assert said.startswith(f"Stage prod needs {name}")
        assert 'docs/deployment.md, "What prod demands"' in said
        pattern = load_template()["Parameters"][name]["AllowedPattern"]
        assert re.fullmatch(pattern, written[name])
    given = parameters("prod", PROJECT / "samconfig.toml") | written
    assert edge.broken_rules(load_template(), given) == []
