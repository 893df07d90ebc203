"""Who deploys and who operates has rights of their own, and every rule that says so can fail."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Final

import pytest

from testing.account import Account, load_account, may
from testing.template import as_list

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}
#: What may be done to anything: it only reads, and AWS knows no resource or no name of ours for it.
BOUNDLESS: Final = {
    "cloudformation:GetTemplateSummary", "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard",
    "cloudwatch:GetMetricData", "cloudwatch:ListDashboards", "cloudwatch:ListMetrics",
    "logs:GetQueryResults", "lambda:GetAccountSettings",
}  # fmt: skip
#: What the handlers of CloudFormation for roles and managed policies call, as their schemas say.
HANDLED: Final = {
    "role": "CreateRole DeleteRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy"
    " ListRolePolicies GetRolePolicy PutRolePolicy DeleteRolePolicy ListAttachedRolePolicies"
    " AttachRolePolicy DetachRolePolicy TagRole UntagRole PassRole",
    "policy": "CreatePolicy DeletePolicy GetPolicy GetPolicyVersion CreatePolicyVersion"
    " DeletePolicyVersion ListPolicyVersions ListEntitiesForPolicy",
}


@pytest.fixture(scope="module")
def account() -> Account:
    return load_account()


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
            if "*" in action or (target == '"*"' and action not in BOUNDLESS):
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


def table(name: str) -> str:
    """Return the ARN of a table: the stack's own (`Ledger`) or a restored one (`r1-ledger`)."""
    made = f"{name}Table-1A2B3C" if name.istitle() else name
    return f"arn:aws:dynamodb:eu-central-1:111122223333:table/seamless-wallet-prod-{made}"


def _support(account: Account) -> list[str]:
    """What support may write beside its tables, whatever else somebody has."""
    own = {"Players", "Sessions", "Wallets", "r1-wallets"}
    wanted = {(f"dynamodb:{action}", name) for action in ("PutItem", "UpdateItem") for name in own}
    wanted |= {("dynamodb:UpdateItem", "Registry"), ("dynamodb:PutItem", "Audit")}
    others = {"Ledger", "r1-ledger", "Registry", "Audit", "Partners", "References", "Exposure"}
    tried = {(f"dynamodb:{action}", name) for action in WRITES for name in own | others}
    found = {(a, name) for a, name in tried if may(account, ("SupportPolicy",), a, table(name))}
    both = ("SupportPolicy", "MoneyPolicy")
    found |= {(a, n) for a, n in tried if "edger" in n and may(account, both, a, table(n))}
    return [f"SupportPolicy: {action} on {name}" for action, name in found ^ wanted]


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


def _iam(kind: str, name: str) -> str:
    return f"arn:aws:iam::111122223333:{kind}/{name}"


def test_o16_the_stacks_role_updates_and_deletes_what_it_makes(account: Account) -> None:
    for kind, actions in HANDLED.items():
        for action in actions.split():
            made = _iam(kind, "seamless-wallet-prod-BetRole-1A2B3C")
            assert may(account, ("StackRole",), f"iam:{action}", made), action


def test_o16_no_deployment_widens_what_bounds_it(account: Account) -> None:
    for kind, name in (("role", "CiRole"), ("role", "StackRole"), ("policy", "SupportPolicy")):
        for action in HANDLED[kind].split():
            bound = _iam(kind, f"seamless-wallet-prod-account-{name}-1A2B3C")
            assert not may(account, ("StackRole",), f"iam:{action}", bound), action


def test_o16_money_is_moved_in_restored_tables_too(account: Account) -> None:
    for name in ("Ledger", "r1-ledger", "Audit"):
        assert may(account, ("MoneyPolicy",), "dynamodb:PutItem", table(name))
    for name in ("Wallets", "r1-wallets", "Players", "Partners"):
        assert may(account, ("MoneyPolicy",), "dynamodb:UpdateItem", table(name))


def test_o16_who_reads_sees_logs_alarms_and_dashboards(account: Account) -> None:
    for action in BOUNDLESS - {"cloudformation:GetTemplateSummary"}:
        assert may(account, ("ReadPolicy",), action, "*")


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
        ("ReadPolicy", 3, {"Action": "dynamodb:Scan"}),
        ("SupportPolicy", 3, {"Effect": "Allow"}),
        ("SupportPolicy", 3, {"Action": "dynamodb:DeleteItem"}),
        ("SupportPolicy", 2, {"Action": "dynamodb:UpdateItem"}),
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
