"""Every dialect is operated like iGSP, and each of these demands is able to fail."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from casino.dialects.registry import FAMILIES
from testing.template import Template, load_template
from tests.unit.template.template_dialects import THINGS, dialect_functions, missing

type Break = Callable[[dict[str, Any]], object]


def test_no_dialects_function_lacks_what_the_others_have() -> None:
    assert missing(load_template()) == []


def test_each_dialect_that_is_called_is_among_them() -> None:
    called = {
        path.split("/")[1]
        for paths in dialect_functions(load_template()).values()
        for path in paths
    }
    assert called >= {"webhooks", "flexsoft", "winupgo"}
    assert called - {"webhooks"} <= {name.partition("-")[0] for name in FAMILIES}


def _of(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def _forget_rule(template: Template) -> None:
    rules = _of(template, "Firewall")["Rules"]
    rules[:] = [rule for rule in rules if rule["Name"] != "winupgo"]


BROKEN: dict[str, Break] = {
    "a role of its own": lambda t: _of(t, "WinupgoFunction").update(
        Role=_of(t, "FlexsoftFunction")["Role"]
    ),
    "a log group and alarms of its own": lambda t: t["Resources"].pop("WinupgoThrottlesAlarm"),
    "concurrency by a parameter of its own": lambda t: _of(t, "WinupgoFunction").pop(
        "ReservedConcurrentExecutions"
    ),
    "a canary that its own alarms take back": lambda t: _of(t, "WinupgoFunction")[
        "DeploymentPreference"
    ].update(Alarms=[{"Ref": "FlexsoftErrorsAlarm"}]),
    "a throttle and metrics by method": lambda t: _of(t, "WalletApi")["MethodSettings"][0].pop(
        "ThrottlingBurstLimit"
    ),
    "a place in the allow list": lambda t: _of(t, "WalletApi")["Policy"]["Statement"][0][
        "Resource"
    ].remove("execute-api:/*/POST/winupgo/*"),
    "a rule of the firewall for its headers": _forget_rule,
}


@pytest.mark.parametrize("thing", THINGS)
def test_what_a_dialect_lacks_is_noticed(thing: str) -> None:
    template = deepcopy(load_template())
    BROKEN[thing](template)
    assert f"WinupgoFunction: {thing}" in missing(template)
