"""Who may do what: the grants that the template must make, and the rules about its policies."""

import json
from collections.abc import Iterator
from typing import Any

from testing.template import Template, as_list, functions, resources

type Grants = dict[str, dict[str, set[str]]]

# Every star in a policy, with the reason in docs/deployment.md. Add here only what stands there.
DOCUMENTED_WILDCARDS = {
    ("ReadPolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("ReceivePolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("SyncCatalogueRole", "Resource", "${AWS::StackName}/integration/*"),
    ("SyncCatalogueRole", "Resource", "${PagesBucket.Arn}/*"),
    ("RotationPolicy", "Resource", "${AWS::StackName}/integration/*"),
    ("IgvMerchantRole", "Resource", "${AWS::StackName}/integration/*"),
    ("TokenPolicy", "Resource", "${AWS::StackName}/token/*"),
    ("WalletApi", "Principal", "*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/webhooks/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/flexsoft/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/winupgo/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/invo/*"),
    ("WalletApi", "Resource", "execute-api:/*/POST/igv/*"),
    ("WalletApi", "Resource", "execute-api:/*/GET/health"),
}

READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem"}
UPDATE = READ | {"dynamodb:UpdateItem"}
APPEND = READ | {"dynamodb:PutItem"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
READ_KEY = {"kms:Decrypt", "kms:DescribeKey"}
WRITE_KEY = {"kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}

BALANCE_GRANTS = {
    "RegistryTable": READ | {"dynamodb:Query"},
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
    "PlayersTable": UPDATE,
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
    "RegistryTable": {"dynamodb:GetItem", "dynamodb:Query"},
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
EXPOSURE_GRANTS = {
    "LedgerTable": {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"},
    "ExposureTable": {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
    "RegistryTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    "AuditTable": {"dynamodb:PutItem"},
    "UnmeasuredQueue": {"sqs:SendMessage"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
HOLDS_GRANTS = {
    "WalletsTable": {"dynamodb:Scan"},
    "LedgerTable": READ,
    "LedgerTable/index/by_wallet": {"dynamodb:Query"},
    "function measure-holds": {"lambda:InvokeFunction"},
    "KmsKeyArn": READ_KEY,
}
LOBBY_GRANTS = {
    "CatalogueTable": {"dynamodb:BatchGetItem", "dynamodb:Query"},
    "CatalogueTable/index/by_shelf": {"dynamodb:Query"},
    "CatalogueTable/index/by_provider": {"dynamodb:Query"},
    "KmsKeyArn": READ_KEY,
}
RECEIVE_GRANTS = {
    "RegistryTable": READ | {"dynamodb:Query"},
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "DeliveriesTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
WORK_GRANTS = POST_GRANTS | {
    "RegistryTable": APPEND | {"dynamodb:Query"},
    "token secrets": {
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:CreateSecret",
    },
    "DeliveriesTable": STREAM | {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
    "DeliveriesTable/index/by_state": {"dynamodb:Query"},
    "UnworkedQueue": {"sqs:SendMessage"},
    "PartnersTable": APPEND | {"dynamodb:DeleteItem"},
    "IdentityKey": {"secretsmanager:GetSecretValue"},
    "AuditTable": {"dynamodb:PutItem"},
}
TOKEN_GRANTS = {
    "token secrets": {
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:CreateSecret",
    },
}
ORDERS_GRANTS = (
    RECEIVE_GRANTS
    | TOKEN_GRANTS
    | {
        "RegistryTable": APPEND | {"dynamodb:Query"},
        "PartnersTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
        "AuditTable": {"dynamodb:PutItem"},
    }
)
MERCHANT_GRANTS = {
    "RegistryTable": {"dynamodb:GetItem"},
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "KmsKeyArn": READ_KEY,
}
EXPECTED_GRANTS: Grants = {
    "HooksFunction": REFUND_GRANTS | {"HooksLogs": LOGS},
    "BalanceFunction": BALANCE_GRANTS | {"BalanceLogs": LOGS},
    "BetFunction": POST_GRANTS | {"BetLogs": LOGS},
    "WinFunction": POST_GRANTS | {"WinLogs": LOGS},
    "RefundFunction": REFUND_GRANTS | {"RefundLogs": LOGS},
    "FlexsoftFunction": REFUND_GRANTS
    | {"SessionsTable": UPDATE | {"dynamodb:PutItem"}, "FlexsoftLogs": LOGS},
    "WinupgoFunction": POST_GRANTS
    | {
        "SessionsTable": POST_GRANTS["SessionsTable"] | {"dynamodb:PutItem"},
        "PlayersTable": POST_GRANTS["PlayersTable"] | {"dynamodb:UpdateItem"},
        "AuditTable": {"dynamodb:PutItem"},
        "WinupgoLogs": LOGS,
    },
    "InvoFunction": RECEIVE_GRANTS | {"InvoLogs": LOGS},
    "IgvFunction": RECEIVE_GRANTS | {"IgvLogs": LOGS},
    "WorkDeliveriesFunction": WORK_GRANTS | {"WorkDeliveriesLogs": LOGS},
    "IgvOrdersFunction": ORDERS_GRANTS | {"IgvOrdersLogs": LOGS},
    "IgvMerchantFunction": MERCHANT_GRANTS | {"IgvMerchantLogs": LOGS},
    "HealthFunction": {"HealthLogs": LOGS},
    "LaunchSessionFunction": LAUNCH_GRANTS | {"LaunchSessionLogs": LOGS},
    "MeasureExposureFunction": EXPOSURE_GRANTS | {"MeasureExposureLogs": LOGS},
    "MeasureHoldsFunction": HOLDS_GRANTS | {"MeasureHoldsLogs": LOGS},
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
    allowed = APPEND | {"dynamodb:Query", "dynamodb:ConditionCheckItem"}
    allowed |= EXPOSURE_GRANTS["LedgerTable"]
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
