"""What must hold of the template, as functions from a template to the list of its faults.

They stand apart from their tests so that each can be tried on a deliberately broken copy, too:
a rule that cannot fail protects nothing.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from casino.domain.errors import CATALOGUE
from tests.support.template import PROJECT

type Template = dict[str, Any]
type Grants = dict[str, dict[str, set[str]]]

# Every star in a policy, with the reason in docs/deployment.md. Add here only what stands there.
DOCUMENTED_WILDCARDS = {
    ("ReadPolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("SyncCatalogueRole", "Resource", "${AWS::StackName}/integration/*"),
    ("SyncCatalogueRole", "Resource", "${PagesBucket.Arn}/*"),
    ("RotationPolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("WalletApi", "Principal", "*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/webhooks/*"),
    ("WalletApi", "Resource", "execute-api:/*/GET/health"),
}

READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem"}
UPDATE = READ | {"dynamodb:UpdateItem"}
APPEND = READ | {"dynamodb:PutItem"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
READ_KEY = {"kms:Decrypt", "kms:DescribeKey"}
WRITE_KEY = {"kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}

BALANCE_GRANTS = {
    "RegistryTable": READ,
    "PlayersTable": READ,
    "SessionsTable": READ,
    "WalletsTable": READ,
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "KmsKeyArn": READ_KEY,
}
POST_GRANTS = BALANCE_GRANTS | {
    "LedgerTable": APPEND,
    "WalletsTable": UPDATE,
    "RoundsTable": UPDATE,
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
REFUND_GRANTS = POST_GRANTS | {"LedgerTable": APPEND | {"dynamodb:ConditionCheckItem"}}
LAUNCH_GRANTS = BALANCE_GRANTS | {
    "SessionsTable": UPDATE | {"dynamodb:PutItem"},
    "CatalogueTable": READ,
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
EXPIRE_GRANTS = BALANCE_GRANTS | {
    "SessionsTable": UPDATE | {"dynamodb:PutItem"},
    "SessionsTable/index/by_check": {"dynamodb:Query"},
    "LedgerTable": {"dynamodb:BatchGetItem"},
    "LedgerTable/index/by_wallet": {"dynamodb:Query"},
    "function expire-sessions": {"lambda:InvokeFunction"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
SYNC_GRANTS = {
    "RegistryTable": {"dynamodb:GetItem", "dynamodb:Scan"},
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "CatalogueTable": {
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:DeleteItem",
    },
    "CatalogueTable/index/by_integration": {"dynamodb:Query"},
    "SyncTable": {
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
    },
    "${PagesBucket.Arn}/*": {"s3:GetObject", "s3:PutObject"},
    "function sync-catalogue": {"lambda:InvokeFunction"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
LOBBY_GRANTS = {
    "CatalogueTable": {"dynamodb:BatchGetItem", "dynamodb:Query"},
    "CatalogueTable/index/by_shelf": {"dynamodb:Query"},
    "CatalogueTable/index/by_provider": {"dynamodb:Query"},
    "KmsKeyArn": READ_KEY,
}
EXPECTED_GRANTS: Grants = {
    "HooksFunction": REFUND_GRANTS | {"HooksLogs": LOGS},
    "BalanceFunction": BALANCE_GRANTS | {"BalanceLogs": LOGS},
    "BetFunction": POST_GRANTS | {"BetLogs": LOGS},
    "WinFunction": POST_GRANTS | {"WinLogs": LOGS},
    "RefundFunction": REFUND_GRANTS | {"RefundLogs": LOGS},
    "HealthFunction": {"HealthLogs": LOGS},
    "LaunchSessionFunction": LAUNCH_GRANTS | {"LaunchSessionLogs": LOGS},
    "SyncCatalogueFunction": SYNC_GRANTS | {"SyncCatalogueLogs": LOGS},
    "ReadCatalogueFunction": LOBBY_GRANTS | {"ReadCatalogueLogs": LOGS},
    "ExpireSessionsFunction": EXPIRE_GRANTS | {"ExpireSessionsLogs": LOGS},
    "RotateSecretFunction": {
        "RegistryTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "AuditTable": {"dynamodb:PutItem"},
        "integration secrets": {
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        },
        "KmsKeyArn": READ_KEY | WRITE_KEY,
        "RotateSecretLogs": LOGS,
    },
}

#: What an alarm watches for the whole service, with the one dimension `service`.
CREDENTIAL_METRICS = {
    "SignatureFailures",
    "UnknownKeys",
    "PreviousSecretNearEnd",
    "RotationFailures",
    "TokenRefreshFailures",
}

ROUTES = {
    ("POST", "/webhooks/igsp/v1/platforms/game-provider/hooks"): "HooksFunction",
    ("POST", "/webhooks/igsp/v1/balance"): "BalanceFunction",
    ("POST", "/webhooks/igsp/v1/bet"): "BetFunction",
    ("POST", "/webhooks/igsp/v1/win"): "WinFunction",
    ("POST", "/webhooks/igsp/v1/refund"): "RefundFunction",
    ("GET", "/health"): "HealthFunction",
    ("GET", "/catalogue/games"): "ReadCatalogueFunction",
    ("GET", "/catalogue/providers"): "ReadCatalogueFunction",
    ("POST", "/sessions"): "LaunchSessionFunction",
    ("GET", "/sessions/{session_id}"): "LaunchSessionFunction",
    ("DELETE", "/sessions/{session_id}"): "LaunchSessionFunction",
}

#: Routes that everyone may call; any other needs the caller's IAM permission.
PUBLIC = re.compile(r"/webhooks/.*|/health")


def resources(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"] | {"@": resource}
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def functions(template: Template) -> dict[str, dict[str, Any]]:
    return resources(template, "AWS::Serverless::Function")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


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
    allowed = APPEND | {"dynamodb:Query", "dynamodb:ConditionCheckItem"}
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


def careless_tables(template: Template) -> list[str]:
    """Tables that could be lost: unprotected, not restorable, gone with the stack, or unkeyed."""
    protected = {"Fn::If": ["ProtectTables", True, False]}
    faults = []
    for name, table in resources(template, "AWS::DynamoDB::Table").items():
        restorable = table.get("PointInTimeRecoverySpecification", {})
        key = table.get("SSESpecification", {}).get("Fn::If", [None, {}])
        checks = {
            "DeletionPolicy": table["@"].get("DeletionPolicy") == "Retain",
            "UpdateReplacePolicy": table["@"].get("UpdateReplacePolicy") == "Retain",
            "recovery": restorable.get("PointInTimeRecoveryEnabled") is True,
            "deletion protection": table.get("DeletionProtectionEnabled") == protected,
            "key": key[0] == "HasKey" and key[1].get("KMSMasterKeyId") == {"Ref": "KmsKeyArn"},
            "on demand": table.get("BillingMode") == "PAY_PER_REQUEST",
            "no fixed name": "TableName" not in table,
        }
        faults += [f"{name}: {check}" for check, holds in checks.items() if not holds]
    return faults


def careless_logs(template: Template) -> list[str]:
    """Functions without a log group of their own, and log groups that keep everything for ever."""
    groups = resources(template, "AWS::Logs::LogGroup")
    faults = [n for n, g in groups.items() if not g.get("RetentionInDays") or "KmsKeyId" not in g]
    used = [
        f.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
        for f in functions(template).values()
    ]
    return faults + [str(name) for name in used if name not in groups or used.count(name) > 1]


def missing_timeouts(template: Template) -> list[str]:
    """Functions that may run longer than API Gateway waits, or for a time that nobody chose."""
    shared = template["Globals"]["Function"].get("Timeout", 0)
    faults = []
    for name, function in functions(template).items():
        longest = 29 if any(_routes(function)) else 900
        if not 0 < function.get("Timeout", shared) <= longest:
            faults.append(name)
    return faults


def missing_alarms(template: Template) -> list[str]:
    watched = {
        (alarm["MetricName"], d["Value"]["Ref"] if isinstance(d["Value"], dict) else d["Value"])
        for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
        for d in alarm["Dimensions"]
    }
    wanted = {(m, f) for m in ("Errors", "Throttles", "Duration") for f in functions(template)}
    wanted |= {(metric, "seamless-wallet") for metric in CREDENTIAL_METRICS}
    return [str(missing) for missing in sorted(wanted - watched)]


def missing_runbooks(template: Template) -> list[str]:
    """Alarms on the wallet's own metrics that name no page of docs/runbooks."""
    faults = []
    for name, alarm in resources(template, "AWS::CloudWatch::Alarm").items():
        page = re.search(r"docs/runbooks/[a-z-]+\.md", alarm["AlarmDescription"])
        own = alarm["Namespace"] == "SeamlessWallet"
        if (own and page is None) or (page and not (PROJECT / page[0]).exists()):
            faults.append(name)
    return faults


def wrong_routes(template: Template) -> list[str]:
    found = {
        (route["Method"], route["Path"]): name
        for name, function in functions(template).items()
        for route in _routes(function)
    }
    return [str(route) for route in found.keys() | ROUTES if found.get(route) != ROUTES.get(route)]


def _routes(function: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for event in function.get("Events", {}).values():
        if event["Type"] == "Api":
            yield event["Properties"]


def open_routes(template: Template) -> list[str]:
    """Routes that anyone could call although they are not public, or that nobody could.

    A resource policy that allows a route to everybody opens it to every AWS account, although the
    route has IAM authorisation: so the policy must name the public routes and no other.
    """
    iam = {"Authorizer": "AWS_IAM", "InvokeRole": "NONE"}
    faults = [
        route["Path"]
        for function in functions(template).values()
        for route in _routes(function)
        if route.get("Auth") != (None if PUBLIC.fullmatch(route["Path"]) else iam)
    ]
    for name, api in resources(template, "AWS::Serverless::Api").items():
        for statement in api["Policy"]["Statement"]:
            for path in as_list(statement["Resource"]):
                allowed = path.removeprefix("execute-api:/*/").partition("/")[2]
                if statement["Effect"] == "Allow" and not PUBLIC.fullmatch(f"/{allowed}"):
                    faults.append(f"{name} allows {path}")
    return faults


def exposed_secrets(template: Template) -> list[str]:
    """Names that look like a secret's, and references that would copy one into the stack."""
    looks_secret = re.compile(r"secret|passw|token|credential|api_?key|signature", re.IGNORECASE)
    names = [*template["Parameters"], *template["Outputs"]]
    for function in [template["Globals"]["Function"], *functions(template).values()]:
        names += function.get("Environment", {}).get("Variables", {})
    faults = [n for n in names if looks_secret.search(n) and n != "SecretPrefix"]
    faults += [n for n, p in template["Parameters"].items() if "NoEcho" in p]
    return faults + re.findall(r"\{\{resolve:[^}]*\}\}", json.dumps(template))


def wrong_gateway_errors(template: Template) -> list[str]:
    """API Gateway's own errors that differ from the wallet's catalogue, or from their status."""
    (api,) = resources(template, "AWS::Serverless::Api").values()
    faults = [n for n in ("DEFAULT_4XX", "DEFAULT_5XX") if n not in api["GatewayResponses"]]
    for name, response in api["GatewayResponses"].items():
        body = json.loads(response["ResponseTemplates"]["application/json"])
        spec = CATALOGUE.get(body.get("error"))
        wanted = spec and {
            "error": spec.code,
            "message": spec.message,
            "status": spec.status,
            "retryable": spec.retryable,
            "trace_id": "$context.requestId",
        }
        if spec is None or body != wanted or response["StatusCode"] != str(spec.status):
            faults.append(name)
    return faults
