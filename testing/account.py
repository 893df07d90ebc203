"""The policies of account.yaml, and what IAM decides by them."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from cfnlint.decode import cfn_yaml

from testing.template import PROJECT, as_list

type Account = dict[str, Any]

#: As docs/deployment.md has the names.
NAMES: Final = {
    "AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "111122223333",
    "AWS::StackName": "seamless-wallet-prod-account", "WalletStack": "seamless-wallet-prod",
}  # fmt: skip


def load_account() -> Account:
    """Return the resources of account.yaml."""
    loaded = json.loads(json.dumps(cfn_yaml.load(str(PROJECT / "account.yaml"))))
    found: Account = loaded["Resources"]
    return found


def may(account: Account, who: tuple[str, ...], action: str, arn: str) -> bool:
    """Return what IAM decides for somebody with these policies: a denial wins.

    `arn` is `*` for an action that knows no resources.
    """
    effects = {
        statement["Effect"]
        for name in who
        for statement in _statements(account[name]["Properties"])
        if any(fnmatchcase(action, each) for each in as_list(statement["Action"]))
        and any(fnmatchcase(arn, _named(each)) for each in as_list(statement["Resource"]))
    }
    return effects == {"Allow"}


def _statements(properties: Account) -> Iterator[Account]:
    for policy in properties.get("Policies", [properties]):
        yield from policy["PolicyDocument"]["Statement"]


def _named(resource: Any) -> str:
    text = str(resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource)
    for name, value in NAMES.items():
        text = text.replace(f"${{{name}}}", value)
    return text
