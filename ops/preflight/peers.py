"""Who may call, with which keys, and who plays rehearsals."""

from collections.abc import Iterator
from typing import Final

from casino.base.times import epoch
from casino.integrations.credentials import DAY_S, GRACE_S
from casino.integrations.model import Integration
from ops.preflight.site import Row, Site, complete, judged

#: What makes a pair the current one, as the audit names it.
_RENEWED: Final = frozenset({"add", "rotate", "rollback"})


def primed(site: Site) -> Iterator[Row]:
    """Look whether the integrations exist whose credentials the hooks read ahead."""
    names = [name for name in site.parameters["PrimedIntegrations"].split(",") if name]
    there = {each.name for each in _enabled(site)}
    found = ", ".join(
        f"{name} ({'enabled' if name in there else 'missing or disabled'})" for name in names
    )
    todo = "PrimedIntegrations names the busy ones: ops integration add, enable"
    holds = bool(names) and there.issuperset(names)
    yield judged("primed integrations", holds, found or "none is named", todo)


def allow_lists(site: Site) -> Iterator[Row]:
    """Look whether each integration that calls says where from."""
    if site.parameters.get("TruststoreUri"):
        yield Row("allow lists of integrations", "fine", "callers have client certificates")
        return
    rehearsal = site.parameters["RehearsalIntegration"]
    called = [each for each in _enabled(site) if each.family not in GRACE_S]
    wide = [each.name for each in called if not each.allowed_cidrs and each.name != rehearsal]
    todo = "ops integration allow-ip NAME CIDR"
    yield complete("allow lists of integrations", wide, "may call from anywhere", todo)


def key_ages(site: Site) -> Iterator[Row]:
    """Look how old the credentials are, as the audit tells it."""
    days = int(site.parameters["ScheduledRotationDays"])
    old, unknown, now = list[str](), list[str](), site.operations.clock.now()
    for each in _enabled(site):
        records = site.operations.audit.records(each.name)
        renewed = [epoch(record.at) for record in records if record.what in _RENEWED]
        if not renewed:
            unknown.append(each.name)
        elif now - max(renewed) > days * DAY_S:
            old.append(f"{each.name} ({(now - max(renewed)) / DAY_S:.0f} days)")
    todo = "ops integration stage NAME, then rotate"
    yield complete("age of keys", old, f"older than {days} days", todo)
    if unknown:
        told = f"the audit says nothing of {', '.join(unknown)}"
        yield Row("age of keys", "not checked", told, "ops integration show NAME")


def rehearsal(site: Site) -> Iterator[Row]:
    """Look whether new versions can be rehearsed."""
    name, player, currency = (
        site.parameters[f"Rehearsal{part}"] for part in ("Integration", "Player", "Currency")
    )
    there = name in {each.name for each in _enabled(site)}
    wallet = site.operations.accounts.wallet(player, currency)
    money = wallet is not None and not wallet.blocked and wallet.spendable_minor > 0
    found = f"{name or 'no integration'} is {'there' if there else 'missing'}, {player} has "
    found += "money" if money else "no money to play with"
    todo = f"ops integration add {name}; ops player fund {player} {currency} 10 --reason …"
    yield judged("rehearsal", there and money, found, todo)


def switches(site: Site) -> Iterator[Row]:
    """Look whether anything is switched off."""
    off = [
        f"{each.switch} of {each.integration or each.brand or 'all'}"
        for each in site.operations.switching.off_now()
    ]
    yield complete("switches", off, "off", "ops switch show says why; ops switch … on")


def _enabled(site: Site) -> Iterator[Integration]:
    return (each for each in site.operations.integrations.every() if each.enabled)
