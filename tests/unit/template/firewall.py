"""Judges a request by the template's firewall, as AWS WAF does; a rate counts as exceeded or not.

Source: the AWS WAF Developer Guide on rule statements, on oversize bodies and on missing headers (a
statement about a header that is not there does not match).
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from testing.template import Template, resources

_INSPECTED: Final = {"KB_16": 16_384, "KB_32": 32_768, "KB_48": 49_152, "KB_64": 65_536}

#: What stands for the value of PlatformDomainName.
PLATFORM: Final = "platform.test"


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body_bytes: int = 0


def firewall(template: Template) -> dict[str, Any]:
    (found,) = resources(template, "AWS::WAFv2::WebACL").values()
    return found


def answer(template: Template, request: Request) -> int | None:
    """Return the status of a request that is blocked: 403 where the rule names none."""
    for rule in sorted(firewall(template)["Rules"], key=lambda rule: int(rule["Priority"])):
        block = rule.get("Action", {}).get("Block")
        rated = "RateBasedStatement" in rule["Statement"]
        if block is not None and not rated and _matches(template, rule["Statement"], request):
            return int(block.get("CustomResponse", {}).get("ResponseCode", 403))
    return None


def rates(template: Template, request: Request) -> dict[str, Any]:
    """Return what a request is counted by → the limit in five minutes."""
    found = {}
    for rule in firewall(template)["Rules"]:
        rate = rule["Statement"].get("RateBasedStatement")
        if rate is None or not _matches(template, rate.get("ScopeDownStatement", {}), request):
            continue
        names = [key["Header"]["Name"] for key in rate.get("CustomKeys", [])]
        if all(_header(request, name) is not None for name in names):
            found[" ".join([rate["AggregateKeyType"], *names])] = rate["Limit"]
    return found


def _header(request: Request, name: str) -> str | None:
    found = {key.lower(): value for key, value in request.headers.items()}
    return found.get(name.lower())


def _matches(template: Template, statement: dict[str, Any], request: Request) -> bool:
    match statement:
        case {"AndStatement": {"Statements": parts}}:
            return all(_matches(template, part, request) for part in parts)
        case {"OrStatement": {"Statements": parts}}:
            return any(_matches(template, part, request) for part in parts)
        case {"NotStatement": {"Statement": part}}:
            return not _matches(template, part, request)
        case {"ByteMatchStatement": {"PositionalConstraint": "CONTAINS", "SearchString": text}}:
            return text in unquote(request.path)
        case {"RegexMatchStatement": {"RegexString": pattern, "FieldToMatch": where}}:
            assert where == {"SingleHeader": {"Name": "host"}}
            named = pattern["Fn::If"][1]["Fn::Sub"].replace("${PlatformDomainName}", PLATFORM)
            return re.search(named, (_header(request, "host") or "").lower()) is not None
        case {"SizeConstraintStatement": {"FieldToMatch": where, "Size": size}}:
            return _size(template, where, request) > int(size)
        case {}:
            return not statement
    raise AssertionError(statement)


def _size(template: Template, where: dict[str, Any], request: Request) -> float:
    """Return the length that WAF sees; above what it inspects, what its oversize handling says."""
    if "SingleHeader" in where:
        value = _header(request, where["SingleHeader"]["Name"])
        return -1 if value is None else len(value)
    bodies = firewall(template).get("AssociationConfig", {}).get("RequestBody", {})
    most = _INSPECTED[bodies.get("API_GATEWAY", {}).get("DefaultSizeInspectionLimit", "KB_16")]
    if request.body_bytes <= most:
        return request.body_bytes
    return float("inf") if where["Body"].get("OversizeHandling") == "MATCH" else most
