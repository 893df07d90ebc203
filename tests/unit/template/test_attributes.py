"""Functions that change one attribute of an item may change no other one."""

from casino.accounts.store.granted import OVER
from casino.events.store.items import COUNTED
from casino.wallet.store.history import HOLDING
from casino.wallet.store.items import PROFILE
from testing.template import as_list, load_template
from tests.unit.template.template_grants import statements

#: Table → the attributes that a function may change there.
NARROW = {
    "PlayersTable": [
        {"player_id", "introduced_to"},
        {"player_id", "blocked", "version", *PROFILE, "self_excluded_until", "cool_off_until"},
    ],
    "RegistryTable": [
        {"kind", "id", "current_version", "pending_version", "tested_version", "retired"}
        | {"retirements"},
        {"kind", "id", "exceeded_until"},
    ],
}


def test_a5_no_function_changes_more_of_a_player_than_its_own_attributes() -> None:
    found: dict[str, list[set[str]]] = {table: [] for table in NARROW}
    for _, statement in statements(load_template()):
        if "dynamodb:UpdateItem" not in as_list(statement["Action"]):
            continue
        for resource in as_list(statement["Resource"]):
            table = resource["Fn::GetAtt"][0] if "Fn::GetAtt" in resource else ""
            if table in NARROW:
                allowed = statement["Condition"]["ForAllValues:StringEquals"]
                found[table].append(set(allowed["dynamodb:Attributes"]))
    assert found["PlayersTable"]
    for table, narrow in NARROW.items():
        assert all(attributes in narrow for attributes in found[table])


def test_the_scans_of_functions_read_no_balance_and_no_amount() -> None:
    scans = [s for _, s in statements(load_template()) if "Scan" in str(s["Action"])]
    specific = {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
    found = []
    for scan in scans:
        attributes = scan["Condition"].pop("ForAllValues:StringEquals")["dynamodb:Attributes"]
        found.append((scan["Resource"]["Fn::GetAtt"][0], tuple(attributes)))
        assert scan["Condition"] == {"StringEquals": specific}
    wallets = [("WalletsTable", HOLDING), ("WalletsTable", OVER)]
    assert sorted(found) == sorted([("LedgerTable", COUNTED), *wallets])
    assert not {"before", "after", "amount", "balance", "body"} & {*HOLDING, *COUNTED, *OVER}
