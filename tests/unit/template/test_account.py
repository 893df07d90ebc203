"""Who deploys and who operates has rights of their own, and every rule that says so can fail."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from testing.template import PROJECT, as_list

type Account = dict[str, Any]

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}


@pytest.fixture(scope="module")
def account() -> Account:
    loaded = json.loads(json.dumps(cfn_yaml.load(str(PROJECT / "account.yaml"))))
    found: Account = loaded["Resources"]
    return found


def allowed(account: Account, policy: str) -> Iterator[tuple[str, str]]:
    """Yield each action that a policy allows, with what it may be done to."""
    for statement in account[policy]["Properties"]["PolicyDocument"]["Statement"]:
        if statement["Effect"] == "Allow":
            for action in as_list(statement["Action"]):
                yield from ((action, json.dumps(r)) for r in as_list(statement["Resource"]))


def too_much(account: Account) -> list[str]:
    """What somebody may do who should not."""
    faults = []
    for policy in ("DeployPolicy", "ReadPolicy", "SupportPolicy", "MoneyPolicy"):
        for action, target in allowed(account, policy):
            write = action.partition(":")[2] in WRITES
            if "*" in action or (target == '"*"' and action != "cloudformation:GetTemplateSummary"):
                faults.append(f"{policy}: {action} on {target}")
            if write and policy in ("DeployPolicy", "ReadPolicy"):
                faults.append(f"{policy}: {action}")
            if action.startswith("secretsmanager:"):
                faults.append(f"{policy}: {action}")
            history = "LedgerTable" in target or "AuditTable" in target
            if policy == "MoneyPolicy" and history and write and action != "dynamodb:PutItem":
                faults.append(f"{policy}: {action}")
    passed = {t for a, t in allowed(account, "DeployPolicy") if a == "iam:PassRole"}
    if passed != {json.dumps({"Fn::GetAtt": ["StackRole", "Arn"]})}:
        faults.append("DeployPolicy: iam:PassRole")
    return faults + _support(account) + _trust(account)


def _support(account: Account) -> list[str]:
    """Support writes to every table by one statement, so what it must not is denied."""
    denied = {
        (action, table)
        for statement in account["SupportPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        for table in ("LedgerTable", "AuditTable")
        if statement["Effect"] == "Deny" and table in json.dumps(statement["Resource"])
    }
    wanted = {("dynamodb:PutItem", "LedgerTable")}
    wanted |= {("dynamodb:UpdateItem", table) for table in ("LedgerTable", "AuditTable")}
    return [f"SupportPolicy: {action} on {table}" for action, table in wanted - denied]


def _trust(account: Account) -> list[str]:
    (stack,) = account["StackRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    (ci,) = account["CiRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    told = ci.get("Condition", {}).get("StringEquals", {})
    checks = {
        "StackRole": stack["Principal"] == {"Service": "cloudformation.amazonaws.com"},
        "CiRole": {name.rpartition(":")[2] for name in told} == {"aud", "sub"}
        and "${RepositoryEnvironment}" in str(told),
        "CiRole has more": account["CiRole"]["Properties"]["ManagedPolicyArns"]
        == [{"Ref": "DeployPolicy"}],
    }
    return [name for name, holds in checks.items() if not holds]


def test_o16_who_deploys_reads_supports_or_pays_may_do_that_and_no_more(account: Account) -> None:
    assert too_much(account) == []


def _statement(account: Account, policy: str, number: int) -> Account:
    found: Account = account[policy]["Properties"]["PolicyDocument"]["Statement"][number]
    return found


@pytest.mark.parametrize(
    ("resource", "number", "changes"),
    [
        ("DeployPolicy", 2, {"Resource": "*"}),
        ("DeployPolicy", 0, {"Action": "cloudformation:*"}),
        ("ReadPolicy", 1, {"Action": "dynamodb:PutItem"}),
        ("ReadPolicy", 1, {"Action": "secretsmanager:GetSecretValue"}),
        ("SupportPolicy", 2, {"Effect": "Allow"}),
        ("SupportPolicy", 1, {"Action": "dynamodb:DeleteItem"}),
        ("MoneyPolicy", 0, {"Action": "dynamodb:UpdateItem"}),
    ],
)
def test_a_right_too_many_is_noticed(
    account: Account, resource: str, number: int, changes: Account
) -> None:
    broken = deepcopy(account)
    _statement(broken, resource, number).update(changes)
    assert too_much(broken) != []


@pytest.mark.parametrize("role", ["StackRole", "CiRole"])
def test_a_role_that_others_may_take_is_noticed(account: Account, role: str) -> None:
    broken = deepcopy(account)
    (statement,) = broken[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    statement.update(Principal="*", Condition={})
    assert too_much(broken) != []
