"""How an integration is stored in the registry."""

from casino.aws.attributes import Item, flag, number, text
from casino.integrations.model import Integration


def integration_item(integration: Integration) -> Item:
    """Store an integration; an empty list is left out, since it means "no limit"."""
    item: Item = {
        "id": text(f"integration#{integration.name}"),
        "family": text(integration.family),
        "secret_name": text(integration.secret_name),
        "bets_enabled": flag(integration.bets_enabled),
        "sessions_enabled": flag(integration.sessions_enabled),
        "refund_unknown_bet": text(integration.refund_unknown_bet),
    }
    if integration.currencies:
        item["currencies"] = {"L": [text(currency) for currency in integration.currencies]}
    if integration.allowed_cidrs:
        item["allowed_cidrs"] = {"L": [text(cidr) for cidr in integration.allowed_cidrs]}
    if integration.provider_url:
        item["provider_url"] = text(integration.provider_url)
        item["launch_hosts"] = {"L": [text(host) for host in integration.launch_hosts]}
        item["close_sessions"] = flag(integration.close_sessions)
    return item | _credentials_item(integration)


def read_integration(item: Item) -> Integration:
    """Read an integration."""
    return Integration(
        name=item["id"]["S"].split("#", 1)[1],
        family=item["family"]["S"],
        secret_name=item["secret_name"]["S"],
        currencies=tuple(value["S"] for value in item.get("currencies", {"L": []})["L"]),
        allowed_cidrs=tuple(value["S"] for value in item.get("allowed_cidrs", {"L": []})["L"]),
        bets_enabled=item["bets_enabled"]["BOOL"],
        sessions_enabled=item["sessions_enabled"]["BOOL"],
        refund_unknown_bet="accept" if item["refund_unknown_bet"]["S"] == "accept" else "reject",
        provider_url=item.get("provider_url", {"S": ""})["S"],
        launch_hosts=tuple(value["S"] for value in item.get("launch_hosts", {"L": []})["L"]),
        close_sessions=item.get("close_sessions", {"BOOL": False})["BOOL"],
        enabled=item.get("enabled", {"BOOL": True})["BOOL"],
        issue_url=item.get("issue_url", {"S": ""})["S"],
        grace_s=int(item["grace_s"]["N"]) if "grace_s" in item else None,
        pending_version=item.get("pending_version", {"S": ""})["S"],
        retirements=tuple(
            (version, int(until["N"]))
            for version, until in sorted(item.get("retirements", {"M": {}})["M"].items())
        ),
    )


def _credentials_item(integration: Integration) -> Item:
    """Store what rotation needs to know; what is as usual is left out."""
    item: Item = {}
    if not integration.enabled:
        item["enabled"] = flag(False)
    if integration.issue_url:
        item["issue_url"] = text(integration.issue_url)
    if integration.grace_s is not None:
        item["grace_s"] = number(integration.grace_s)
    if integration.pending_version:
        item["pending_version"] = text(integration.pending_version)
    if integration.retirements:
        times = {version: number(until) for version, until in integration.retirements}
        item["retirements"] = {"M": times}
    return item
