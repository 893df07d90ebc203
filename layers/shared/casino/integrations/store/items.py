"""An integration as the registry's table stores it."""

from collections.abc import Mapping
from typing import Final

from casino.aws.attributes import Item, Value, flag, number, text
from casino.integrations.model import (
    AccessTerms,
    Integration,
    Off,
    PartnerTerms,
    ProviderTerms,
    RotationTerms,
    WalletTerms,
    WinLimits,
)
from casino.integrations.switches import offs_of

_ACCESS: Final = ("brand_id", "region", "provider_id", "client_id", "certificate_sha256")
_LIMITS: Final = ("single_minor", "hour_minor", "day_minor")
#: Switch → the attribute that says whether it is on; the other switches have none.
_FLAGS: Final = {"bets": "bets_enabled", "launches": "sessions_enabled"}


def registry_key(kind: str, name: str) -> Item:
    """Return the key of an item of the registry."""
    return {"kind": text(kind), "id": text(name)}


def switches_item(offs: Mapping[str, Off]) -> Item:
    """Store what is switched off, by name: why and until when beside the flags.

    A flag without that is from an earlier version, and is written as it was read.
    """
    item: Item = {attribute: flag(name not in offs) for name, attribute in _FLAGS.items()}
    told = {name: _off(off) for name, off in offs.items() if off != Off() or name not in _FLAGS}
    return item | ({"off": {"M": told}} if told else {})


def read_offs(item: Item) -> dict[str, Off]:
    """Read what is switched off; a flag overrules what stands beside it."""
    found = {name: _read_off(off["M"]) for name, off in _pairs(item, "off")}
    for name, attribute in _FLAGS.items():
        if item.get(attribute, {"BOOL": True})["BOOL"]:
            found.pop(name, None)
        else:
            found.setdefault(name, Off())
    return found


def integration_item(integration: Integration) -> Item:
    """Store an integration; an empty list is left out, since it means "no limit"."""
    wallet, provider = integration.wallet, integration.provider
    item: Item = {
        **registry_key("integration", integration.name),
        "family": text(integration.family),
        "secret_name": text(integration.secret_name),
        **switches_item(offs_of(integration)),
        "refund_unknown_bet": text(wallet.refund_unknown_bet),
    }
    if wallet.refund_after_win == "reject":
        item["refund_after_win"] = text("reject")
    if wallet.win_limits:
        item["win_limits"] = {"M": {name: _limits(each) for name, each in wallet.win_limits}}
    if wallet.exceeded_until:
        item["exceeded_until"] = {"M": {n: number(until) for n, until in wallet.exceeded_until}}
    if wallet.currencies:
        item["currencies"] = _texts(wallet.currencies)
    if integration.allowed_cidrs:
        item["allowed_cidrs"] = _texts(integration.allowed_cidrs)
    if provider.url:
        item["provider_url"] = text(provider.url)
        item["launch_hosts"] = _texts(provider.launch_hosts)
        item["close_sessions"] = flag(provider.close_sessions)
    if provider.games:
        item["games"] = _texts(provider.games)
    if not integration.enabled:
        item["enabled"] = flag(False)
    item |= _partner_item(integration.partner)
    return item | _rotation_item(integration.rotation) | _access_item(integration.access)


def read_integration(item: Item) -> Integration:
    """Read an integration."""
    offs = read_offs(item)
    return Integration(
        name=item["id"]["S"],
        family=item["family"]["S"],
        secret_name=item["secret_name"]["S"],
        allowed_cidrs=_read_texts(item, "allowed_cidrs"),
        enabled=item.get("enabled", {"BOOL": True})["BOOL"],
        wallet=_read_wallet_terms(item, offs.get("bets")),
        provider=ProviderTerms(
            url=item.get("provider_url", {"S": ""})["S"],
            launch_hosts=_read_texts(item, "launch_hosts"),
            close_sessions=item.get("close_sessions", {"BOOL": False})["BOOL"],
            games=_read_texts(item, "games"),
            launches_off=offs.get("launches"),
            catalogue_off=offs.get("catalogue"),
        ),
        rotation=RotationTerms(
            issue_url=item.get("issue_url", {"S": ""})["S"],
            grace_s=int(item["grace_s"]["N"]) if "grace_s" in item else None,
            pending_version=item.get("pending_version", {"S": ""})["S"],
            current_version=item.get("current_version", {"S": ""})["S"],
            tested_version=item.get("tested_version", {"S": ""})["S"],
            retired=_read_texts(item, "retired"),
            retirements=tuple(
                (version, int(until["N"])) for version, until in _pairs(item, "retirements")
            ),
        ),
        access=_read_access(item),
        partner=_read_partner(item, offs.get("partners")),
    )


def _access_item(access: AccessTerms) -> Item:
    """Store what a caller must show; what is empty is left out."""
    item: Item = {name: text(value) for name in _ACCESS if (value := getattr(access, name))}
    if access.opens_sessions:
        item["opens_sessions"] = flag(True)
    return item


def _read_access(item: Item) -> AccessTerms:
    given = {name: item[name]["S"] for name in _ACCESS if name in item}
    return AccessTerms(**given, opens_sessions="opens_sessions" in item)


def _partner_item(partner: PartnerTerms) -> Item:
    item: Item = {"calls_as": text(partner.calls_as)} if partner.calls_as else {}
    if partner.settings:
        item["settings"] = {"M": {name: text(value) for name, value in partner.settings}}
    return item


def _read_partner(item: Item, off: Off | None) -> PartnerTerms:
    settings = tuple((name, value["S"]) for name, value in _pairs(item, "settings"))
    return PartnerTerms(item.get("calls_as", {"S": ""})["S"], settings, off)


def _read_wallet_terms(item: Item, off: Off | None) -> WalletTerms:
    return WalletTerms(
        currencies=_read_texts(item, "currencies"),
        bets_off=off,
        refund_unknown_bet=("accept" if item["refund_unknown_bet"]["S"] == "accept" else "reject"),
        refund_after_win="reject" if "refund_after_win" in item else "accept",
        win_limits=tuple(
            (currency, _read_limits(each["M"])) for currency, each in _pairs(item, "win_limits")
        ),
        exceeded_until=tuple(
            (currency, int(until["N"])) for currency, until in _pairs(item, "exceeded_until")
        ),
    )


def _rotation_item(rotation: RotationTerms) -> Item:
    """Store what a rotation needs to know; what is as usual is left out."""
    item: Item = {}
    if rotation.issue_url:
        item["issue_url"] = text(rotation.issue_url)
    if rotation.grace_s is not None:
        item["grace_s"] = number(rotation.grace_s)
    if rotation.pending_version:
        item["pending_version"] = text(rotation.pending_version)
    if rotation.current_version:
        item["current_version"] = text(rotation.current_version)
    if rotation.tested_version:
        item["tested_version"] = text(rotation.tested_version)
    if rotation.retired:
        item["retired"] = _texts(rotation.retired)
    if rotation.retirements:
        times = {version: number(until) for version, until in rotation.retirements}
        item["retirements"] = {"M": times}
    return item


def _texts(values: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
    return {"L": [text(value) for value in values]}


def _read_texts(item: Item, name: str) -> tuple[str, ...]:
    return tuple(value["S"] for value in item.get(name, {"L": []})["L"])


def _pairs(item: Item, name: str) -> list[tuple[str, Value]]:
    """Return the attributes of a map, by name; none when it is not there."""
    return sorted(item.get(name, {"M": {}})["M"].items())


def _limits(limits: WinLimits) -> Value:
    said = {name: getattr(limits, name) for name in _LIMITS}
    return {"M": {name: number(minor) for name, minor in said.items() if minor is not None}}


def _read_limits(item: Item) -> WinLimits:
    return WinLimits(**{name: int(minor["N"]) for name, minor in item.items()})


def _off(off: Off) -> Value:
    item: Item = {"since": number(off.since), "until": number(off.until)}
    item |= {"why": text(off.why), "who": text(off.who)}
    return {"M": item | ({"of_home": flag(True)} if off.of_home else {})}


def _read_off(item: Item) -> Off:
    times = int(item["since"]["N"]), int(item["until"]["N"])
    return Off(*times, item["why"]["S"], item["who"]["S"], "of_home" in item)
