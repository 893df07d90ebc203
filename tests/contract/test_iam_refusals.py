"""A route behind IAM says what a caller reads whom IAM refuses."""

import json
from typing import Any

import pytest
import yaml

from testing.template import PROJECT, functions, load_template, resources

SPECS: list[dict[str, Any]] = [
    yaml.safe_load((PROJECT / "openapi" / name).read_text("utf-8"))
    for name in ("launch.yaml", "accounts.yaml", "catalogue.yaml", "invo-calls.yaml")
]
IAM_ROUTES = sorted(
    (route["Path"], route["Method"].lower())
    for function in functions(load_template()).values()
    for route in (event["Properties"] for event in function.get("Events", {}).values())
    if route.get("Auth", {}).get("Authorizer") == "AWS_IAM"
)


@pytest.mark.parametrize(("path", "method"), IAM_ROUTES)
def test_c12_a_route_behind_iam_documents_what_iam_refuses(path: str, method: str) -> None:
    (spec,) = [each for each in SPECS if path in each["paths"]]
    named = spec["paths"][path][method]["responses"]["403"]["$ref"].rpartition("/")[2]
    (api,) = resources(load_template(), "AWS::Serverless::Api").values()
    denied = api["GatewayResponses"]["ACCESS_DENIED"]
    code = json.loads(denied["ResponseTemplates"]["application/json"])["error"]
    assert denied["StatusCode"] == "403"
    assert code in f"{spec['components']['responses'][named]} {spec['info']['description']}"
