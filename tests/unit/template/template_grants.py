"""Who may do what: the grants that the template must make, and the rules about its policies."""

import json
from collections.abc import Iterator
from typing import Any

from testing.template import Template, as_list, functions, resources
from tests.unit.template.expected_grants import APPEND, EXPECTED_GRANTS, STREAM, Grants

DEPLOYMENT_GROUPS = (
    "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:"
    "${AWS::StackName}-ServerlessDeploymentApplication-*/*"
)
# Every star in a policy, with the reason in docs/deployment.md. Add here only what stands there.
DOCUMENTED_WILDCARDS = {
    ("ReadPolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("ReceivePolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("SyncCatalogueRole", "Resource", "${AWS::StackName}/integration/*"),
    ("SyncCatalogueRole", "Resource", "${PagesBucket.Arn}/*"),
    ("RotationPolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("StoreEventsRole", "Resource", "${LakeBucket.Arn}/lake/*"),
    ("InvoCallsRole", "Resource", "${AWS::StackName}/integration/*"),
    ("PublishEventsRole", "Resource", "${ArchiveBucket.Arn}/ledger/*"),
    ("PublishEventsRole", "Resource", "${ArchiveBucket.Arn}/sessions/*"),
    ("PublishEventsRole", "Resource", "${ArchiveBucket.Arn}/deliveries/*"),
    ("PublishEventsRole", "Resource", "${ArchiveBucket.Arn}/audit/*"),
    ("CountEventsRole", "Resource", "${ArchiveBucket.Arn}/*"),
    ("VerifyWalletsRole", "Resource", "${ArchiveBucket.Arn}/ledger/*"),
    ("IgvMerchantRole", "Resource", "${AWS::StackName}/integration/*"),
    ("RehearseVersionRole", "Resource", DEPLOYMENT_GROUPS),
    ("TokenPolicy", "Resource", "${AWS::StackName}/token/*"),
    ("TracePolicy", "Resource", "*"),
    ("NetworkPolicy", "Resource", "*"),
    ("WalletApi", "Principal", "*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/webhooks/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/flexsoft/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/winupgo/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/invo/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/igv/*"),
    ("WalletApi", "Resource", "execute-api:/*/GET/health"),
}


def statements(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy statement of the template, with the resource that it stands in."""
    for name, policy in resources(template, "AWS::IAM::ManagedPolicy").items():
        yield from ((name, s) for s in policy["PolicyDocument"]["Statement"])
    for name, role in resources(template, "AWS::IAM::Role").items():
        yield from ((name, s) for s in role["AssumeRolePolicyDocument"]["Statement"])
        for policy in role.get("Policies", []):
            yield from ((name, s) for s in policy["PolicyDocument"]["Statement"])
    for name, api in resources(template, "AWS::Serverless::Api").items():
        yield from ((name, s) for s in api["Policy"]["Statement"])


def wildcards(template: Template) -> list[str]:
    """Stars in actions, resources or principals that are not documented, or no longer there."""
    found = set()
    for name, statement in statements(template):
        for field in ("Action", "NotAction", "Resource", "NotResource", "Principal"):
            if field.startswith("Not") and field in statement:
                found.add((name, field, "everything else"))
            texts = [v for v in as_list(statement.get(field, [])) if "*" in json.dumps(v)]
            for text in texts:
                sub = text.get("Fn::Sub", "") if isinstance(text, dict) else text
                found.add((name, field, sub.rsplit(":secret:")[-1] or json.dumps(text)))
    return [str(place) for place in sorted(found ^ DOCUMENTED_WILDCARDS)]


def _attached(template: Template, role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role.get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]
    for arn in role.get("ManagedPolicyArns", []):
        # An optional policy counts as attached: what it would grant must be right as well.
        name = (arn["Fn::If"][1] if "Fn::If" in arn else arn).get("Ref")
        if name in template["Resources"]:
            yield from template["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]
        else:
            yield {"Action": "whatever it holds", "Resource": arn}


def _target(resource: str | dict[str, Any]) -> str:
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    assembled = str(resource.get("Fn::Sub", ""))
    if assembled.endswith(":secret:${AWS::StackName}/integration/*"):
        return "integration secrets"
    if assembled.endswith(":secret:${AWS::StackName}/integration/${RehearsalIntegration}-??????"):
        return "the rehearsal's secret"
    if ":deploymentgroup:${AWS::StackName}-" in assembled:
        return "deployments"
    if assembled.endswith(":secret:${AWS::StackName}/token/*"):
        return "token secrets"
    if "/index/" in assembled:
        return assembled.replace("${", "").replace(".Arn}", "")
    if ":function:${AWS::StackName}-" in assembled:
        return f"function {assembled.rpartition('${AWS::StackName}-')[2]}"
    return str(resource.get("Ref", assembled))


def grants(template: Template) -> Grants:
    """What each function may do with what."""
    found: Grants = {}
    for name, function in functions(template).items():
        role_name = function["Role"]["Fn::GetAtt"][0]
        targets = found.setdefault(name, {})
        if "Policies" in function:
            targets["Policies"] = {"whatever they hold"}
        for statement in _attached(template, template["Resources"][role_name]["Properties"]):
            for resource in as_list(statement["Resource"]):
                targets.setdefault(_target(resource), set()).update(as_list(statement["Action"]))
    return found


def wrong_grants(template: Template) -> list[str]:
    found = grants(template)
    return [n for n in found.keys() | EXPECTED_GRANTS if found.get(n) != EXPECTED_GRANTS.get(n)]


APPEND_ONLY = {"LedgerTable", "AuditTable"}


def ledger_changes(template: Template) -> list[str]:
    """Grants, of anyone, to do more to ledger and audit than read, append and check."""
    allowed = APPEND | {"dynamodb:Query", "dynamodb:Scan", "dynamodb:ConditionCheckItem"}
    allowed |= STREAM
    return [
        f"{name}: {action}"
        for name, statement in statements(template)
        if any(
            _target(r).split("/")[0] in APPEND_ONLY for r in as_list(statement.get("Resource", []))
        )
        for action in as_list(statement["Action"])
        if action not in allowed
    ]


def shared_roles(template: Template) -> list[str]:
    used = [str(f.get("Role")) for f in functions(template).values()]
    return [role for role in used if role == "None" or used.count(role) > 1]
