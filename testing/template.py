"""Reads template.yaml, so that tests use the deployed template and not a copy of it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

type Template = dict[str, Any]

PROJECT = Path(__file__).resolve().parents[1]

#: Logical id of a table in the template → the variable that names it to a function.
TABLES = {
    "LedgerTable": "LEDGER_TABLE",
    "WalletsTable": "WALLETS_TABLE",
    "PlayersTable": "PLAYERS_TABLE",
    "SessionsTable": "SESSIONS_TABLE",
    "RoundsTable": "ROUNDS_TABLE",
    "RegistryTable": "REGISTRY_TABLE",
    "CatalogueTable": "CATALOGUE_TABLE",
    "SyncTable": "SYNC_TABLE",
    "AuditTable": "AUDIT_TABLE",
    "ExposureTable": "EXPOSURE_TABLE",
    "PartnersTable": "PARTNERS_TABLE",
    "ReferencesTable": "REFERENCES_TABLE",
    "DeliveriesTable": "DELIVERIES_TABLE",
}
_CREATE = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


class _Plain(yaml.CSafeLoader):
    """Reads YAML without cfn-lint, which takes long to import; what has a tag is `None`."""


_Plain.add_multi_constructor("!", lambda loader, suffix, node: None)


@cache
def load_template() -> Template:
    """Return the template with its loops expanded, as plain dictionaries; do not change it."""
    return expanded(written_template())


def with_own_tables(value: Any) -> Any:
    """Return a part of the template as it is while no restored tables take the place of its own."""
    match value:
        case {"Fn::If": ["HasRestored", _, own]}:
            return own
        case dict():
            return {name: with_own_tables(each) for name, each in value.items()}
        case list():
            return [with_own_tables(each) for each in value]
        case _:
            return value


def written_template(project: Path = PROJECT) -> Template:
    """Return a copy of the template as it is written, each loop under its `Fn::ForEach::…`."""
    from cfnlint.decode import cfn_yaml

    written: Template = json.loads(json.dumps(cfn_yaml.load(str(project / "template.yaml"))))
    return written


def expanded(template: Template) -> Template:
    """Return `template` with each loop replaced by the resources that it makes, on its own tables.

    cfn-lint expands them, as it does before it judges the template.
    """
    from cfnlint.template import Template as Linted
    from cfnlint.template.transforms._language_extensions import language_extension

    # It also sorts conditions where they stand, so they are taken from the original.
    copy = json.loads(json.dumps(template))
    problems, result = language_extension(Linted("template.yaml", copy, ["eu-central-1"]))
    assert result is not None, problems
    made = with_own_tables({**template, "Resources": dict(result["Resources"])})
    return dict(made)


def resources(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of each resource of type `kind` by logical id; `@` is the resource."""
    return {
        name: resource["Properties"] | {"@": resource}
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def functions(template: Template) -> dict[str, dict[str, Any]]:
    """Return the properties of each function by logical id."""
    return resources(template, "AWS::Serverless::Function")


def as_list(value: Any) -> list[Any]:
    """Return `value` if it is a list, else a list of it."""
    return value if isinstance(value, list) else [value]


@cache
def created_tables() -> dict[str, dict[str, Any]]:
    """Return what makes each of the template's tables, by logical id; they stand in no loop."""
    written = yaml.load((PROJECT / "template.yaml").read_text("utf-8"), _Plain)["Resources"]
    return {
        logical_id: {k: v for k, v in written[logical_id]["Properties"].items() if k in _CREATE}
        for logical_id in TABLES
    }


def create_tables(client: Any, prefix: str) -> dict[str, str]:
    """Create the template's tables; return the variables that name them to the functions."""
    environment = {}
    for logical_id, request in created_tables().items():
        client.create_table(TableName=f"{prefix}-{logical_id}", **request)
        environment[TABLES[logical_id]] = f"{prefix}-{logical_id}"
    return environment
