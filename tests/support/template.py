"""Reads template.yaml, so that tests use the tables that are deployed and not a copy of them."""

from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml

PROJECT = Path(__file__).resolve().parents[2]

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
}
_CREATE = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


def load_template() -> dict[str, Any]:
    """Return the template as plain dictionaries."""
    template: dict[str, Any] = cfn_yaml.load(str(PROJECT / "template.yaml"))
    return template


def create_tables(client: Any, prefix: str) -> dict[str, str]:
    """Create the template's tables; return the variables that name them to the functions."""
    resources = load_template()["Resources"]
    environment = {}
    for logical_id, variable in TABLES.items():
        properties = resources[logical_id]["Properties"]
        request = {name: properties[name] for name in _CREATE if name in properties}
        client.create_table(TableName=f"{prefix}-{logical_id}", **request)
        environment[variable] = f"{prefix}-{logical_id}"
    return environment
