"""What the function of each dialect must have, as a function from a template to what is missing."""

from collections.abc import Callable
from typing import Any

from testing.template import Template, as_list, functions, resources
from tests.unit.template.firewall import Request, answer
from tests.unit.template.template_operations import going_back
from tests.unit.template.template_rules import PUBLIC, unwatched_functions

type Has = Callable[[Template, str], bool]


def dialect_functions(template: Template) -> dict[str, list[str]]:
    """Return the functions that counterparts call → their paths."""
    found: dict[str, list[str]] = {}
    for name, function in functions(template).items():
        for event in function.get("Events", {}).values():
            path = event["Properties"].get("Path", "")
            if event["Type"] == "Api" and PUBLIC.fullmatch(path) and path != "/health":
                found.setdefault(name, []).append(path)
    return found


def missing(template: Template) -> list[str]:
    """Return what each dialect's function lacks, as `function: thing`."""
    return [
        f"{name}: {thing}"
        for name in dialect_functions(template)
        for thing, has in THINGS.items()
        if not has(template, name)
    ]


def _role(template: Template, name: str) -> bool:
    own = {"Fn::GetAtt": [f"{name.removesuffix('Function')}Role", "Arn"]}
    return bool(functions(template)[name].get("Role") == own)


def _logs_and_alarms(template: Template, name: str) -> bool:
    short = name.removesuffix("Function")
    own = {f"{short}{end}" for end in ("Logs", "ErrorsAlarm", "ThrottlesAlarm", "DurationAlarm")}
    return not own & set(unwatched_functions(template))


def _concurrency(template: Template, name: str) -> bool:
    short = name.removesuffix("Function")
    parameter = f"{short}Concurrency"
    condition = {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]}
    reserved = {"Fn::If": [f"Reserve{short}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
    return (
        parameter in template["Parameters"]
        and template["Conditions"].get(f"Reserve{short}") == condition
        and functions(template)[name].get("ReservedConcurrentExecutions") == reserved
    )


def _canary(template: Template, name: str) -> bool:
    function, short = functions(template)[name], name.removesuffix("Function")
    preference = dict(function.get("DeploymentPreference", {}))
    preference.pop("Hooks", None)  # iGSP's alone: what is rehearsed
    return function.get("AutoPublishAlias") == "live" and preference == {
        "Enabled": {"Ref": "GradualDeployment"},
        "Type": {"Ref": "DeploymentType"},
        "Alarms": going_back(short),
    }


def _throttle(template: Template, name: str) -> bool:
    """API Gateway counts each method on its own: no dialect uses up the requests of another."""
    (api,) = resources(template, "AWS::Serverless::Api").values()
    settings = {each["ResourcePath"]: each for each in api["MethodSettings"]}
    limits = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
    for path in dialect_functions(template)[name]:
        own: dict[str, Any] = settings.get(f"/{path.replace('/', '~1')}") or settings.get("/*", {})
        if not all(own.get(limit) for limit in limits) or own.get("MetricsEnabled") is not True:
            return False
    return True


def _allow_list(template: Template, name: str) -> bool:
    (api,) = resources(template, "AWS::Serverless::Api").values()
    (statement,) = api["Policy"]["Statement"]
    named = {str(each).removesuffix("*") for each in as_list(statement["Resource"])}
    paths = dialect_functions(template)[name]
    return statement["Condition"]["Fn::If"][0] == "HasAllowList" and all(
        any(f"execute-api:/*/POST{path}".startswith(each) for each in named) for path in paths
    )


def _firewall(template: Template, name: str) -> bool:
    paths = dialect_functions(template)[name]
    return all(answer(template, Request(f"/prod{path}")) == 401 for path in paths)


THINGS: dict[str, Has] = {
    "a role of its own": _role,
    "a log group and alarms of its own": _logs_and_alarms,
    "concurrency by a parameter of its own": _concurrency,
    "a canary that its own alarms take back": _canary,
    "a throttle and metrics by method": _throttle,
    "a place in the allow list": _allow_list,
    "a rule of the firewall for its headers": _firewall,
}
