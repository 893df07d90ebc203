"""What API Gateway and the firewall answer themselves is described where a counterpart meets it."""

import json
from collections.abc import Iterator
from typing import Any, Final

import jsonschema
import pytest
import yaml

from testing.template import PROJECT, load_template, resources
from tests.unit.template.template_rules import AUTHORIZERS

#: The description of each dialect that is called → its custom body of the firewall.
DOCUMENTS: Final = {
    "wallet-hooks.yaml": "igsp",
    "flexsoft.yaml": "flexsoft",
    "winupgo.yaml": "winupgo",
    "invo.yaml": "invo",
    "igv.yaml": "igv",
}


def answered(own_body: str) -> Iterator[tuple[str, int, Any]]:
    """Yield name, status and body of what a dialect's routes meet; 404 is for other routes."""
    (api,) = resources(load_template(), "AWS::Serverless::Api").values()
    for name, response in api["GatewayResponses"].items():
        status = int(response["StatusCode"])
        if status != 404 and (own_body == "winupgo" or name not in AUTHORIZERS):
            yield name, status, json.loads(response["ResponseTemplates"]["application/json"])
    (firewall,) = resources(load_template(), "AWS::WAFv2::WebACL").values()
    for name, status in (("too-large", 413), (own_body, 401)):
        yield name, status, json.loads(firewall["CustomResponseBodies"][name]["Content"])


def shape_of(spec: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a response, which may be a reference to a shared one."""
    if "$ref" in response:
        response = spec["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema | {"components": spec["components"]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_describes_what_stands_before_the_function(name: str) -> None:
    spec = yaml.safe_load((PROJECT / "openapi" / name).read_text("utf-8"))
    operations = [item["post"] for path, item in spec["paths"].items() if path != "/health"]
    found = list(answered(DOCUMENTS[name]))
    assert len(found) > 8
    for operation in operations:
        for answer, status, body in found:
            response = operation["responses"].get(str(status))
            assert response is not None, (operation["operationId"], answer, status)
            shape = jsonschema.Draft202012Validator(shape_of(spec, response))
            assert shape.is_valid(body), (operation["operationId"], answer, body)
