"""What a deployment publishes, as SAM transforms the template.

The functions behind the API answer through an alias. Whatever changes must give the version that
the alias names another name, or it is deployed and never runs.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

import pytest

from testing.template import PROJECT, functions, load_template
from tests.unit.template.template_operations import REHEARSED, going_back

#: Runs where SAM is installed: its transform is not among the project's own packages.
_TRANSFORM = """
import json, sys
from unittest.mock import Mock
from copy import deepcopy
from samtranslator.translator.transform import transform

def transformed(parameters, layer="s3://bucket/layer", code="s3://bucket/code"):
    template = deepcopy(given)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = layer
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = code
    return transform(template, parameters, Mock(load=Mock(return_value={})))["Resources"]

given, cases = json.load(sys.stdin)
json.dump({name: transformed(**case) for name, case in cases.items()}, sys.stdout)
"""
_CASES: dict[str, dict[str, Any]] = {
    "before": {"parameters": {}},
    "package": {"parameters": {}, "layer": "s3://bucket/another"},
    "code": {"parameters": {}, "code": "s3://bucket/another"},
    "id": {"parameters": {"DeploymentId": "a1" * 32}},
    "gradual": {"parameters": {"GradualDeployment": "true"}},
}
BEHIND_THE_API = {
    name
    for name, function in functions(load_template()).items()
    if any(event["Type"] == "Api" for event in function.get("Events", {}).values())
}

type Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def transformed() -> dict[str, Resources]:
    done = subprocess.run(
        [PROJECT / ".tools" / "sam" / "bin" / "python", "-c", _TRANSFORM],
        input=json.dumps([load_template(), _CASES]),
        env={"AWS_DEFAULT_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Resources] = json.loads(done.stdout)
    return answer


def versions(resources: Resources) -> set[str]:
    return {name for name, it in resources.items() if it["Type"] == "AWS::Lambda::Version"}


@pytest.mark.parametrize("change", ["package", "code", "id"])
def test_change_publishes_every_function_behind_the_api(
    transformed: dict[str, Resources], change: str
) -> None:
    before, after = versions(transformed["before"]), versions(transformed[change])
    assert len(after) == len(BEHIND_THE_API)
    assert before.isdisjoint(after)


def test_the_api_calls_the_alias_and_no_function_directly(
    transformed: dict[str, Resources],
) -> None:
    resources = transformed["before"]
    aliases = {name for name, it in resources.items() if it["Type"] == "AWS::Lambda::Alias"}
    assert aliases == {f"{name}Aliaslive" for name in BEHIND_THE_API}
    paths = resources["WalletApi"]["Properties"]["Body"]["paths"]
    uris = [
        json.dumps(method["x-amazon-apigateway-integration"]["uri"])
        for methods in paths.values()
        for method in methods.values()
    ]
    assert len(uris) >= len(BEHIND_THE_API)
    assert all("Alias" in uri or ":live" in uri for uri in uris), uris


def test_gradual_deployment_goes_back_when_an_alarm_of_the_function_rings(
    transformed: dict[str, Resources],
) -> None:
    resources = transformed["gradual"]
    for function in BEHIND_THE_API:
        name = function.removesuffix("Function")
        group = resources[f"{function}DeploymentGroup"]["Properties"]
        alarms = [alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]]
        assert alarms == going_back(name)
        assert {f"{name}CanaryAlarm", f"{name}DurationAlarm", "ApiFailureRateAlarm"} <= (
            resources.keys()
        )
        watched = resources[f"{name}CanaryAlarm"]["Properties"]["Metrics"][1]["MetricStat"]
        (version,) = (
            dimension["Value"]["Fn::GetAtt"]
            for dimension in watched["Metric"]["Dimensions"]
            if dimension["Name"] == "ExecutedVersion"
        )
        assert resources[version[0]]["Type"] == "AWS::Lambda::Version"
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert "Canary10Percent15Minutes" in json.dumps(group["DeploymentConfigName"])
        alias = resources[f"{function}Aliaslive"]
        update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        assert update["DeploymentGroupName"] == {"Ref": f"{function}DeploymentGroup"}
        assert ("RehearseVersionFunction" in str(update)) == (function in REHEARSED)


#: What CloudFormation takes in one template; fixed.
MOST_RESOURCES: Final = 500


def test_cloudformation_takes_so_many_resources(transformed: dict[str, Resources]) -> None:
    assert len(transformed["gradual"]) <= MOST_RESOURCES


def test_no_resource_waits_for_itself(transformed: dict[str, Resources]) -> None:
    made = transformed["gradual"]
    order(made)
    asked = made["RehearseVersionRole"] | {"DependsOn": ["BetFunctionAliaslive"]}
    with pytest.raises(CycleError):
        order(made | {"RehearseVersionRole": asked})


def order(resources: Resources) -> list[str]:
    """Return in which order CloudFormation makes them; raises `CycleError` when it could not."""
    needed = {name: set(_named(it)) & resources.keys() for name, it in resources.items()}
    return list(TopologicalSorter(needed).static_order())


def _named(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(path)}:
            yield path.partition(".")[0]
        case {"Fn::Sub": text}:
            yield from re.findall(r"\$\{(\w+)", json.dumps(text))
        case dict():
            depends = value.get("DependsOn", [])
            yield from [depends] if isinstance(depends, str) else depends
            for each in value.values():
                yield from _named(each)
        case list():
            for each in value:
                yield from _named(each)


def test_without_it_there_is_no_deployment_service_to_pay_for_or_to_trust(
    transformed: dict[str, Resources],
) -> None:
    types = {resource["Type"] for resource in transformed["before"].values()}
    assert not [kind for kind in types if kind.startswith("AWS::CodeDeploy::")]
