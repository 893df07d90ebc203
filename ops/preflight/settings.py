"""What an environment is deployed with."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Final, NamedTuple

from ops.preflight.site import Row, Site, judged


class Demand(NamedTuple):
    """What one of some parameters has to be, and what to do about it."""

    names: tuple[str, ...]
    holds: Callable[[str], bool]
    todo: str


def _is_true(value: str) -> bool:
    return value == "true"


_DEMANDS: Final = (
    Demand(("DeletionProtection",), _is_true, "set it to true: then no table can be deleted"),
    Demand(("GradualDeployment",), _is_true, "set it to true: a bad version is taken back"),
    Demand(("EmergencyReason",), lambda value: not value, "take it out: the emergency is over"),
    Demand(("RehearsalIntegration",), bool, "name one: each version plays a round before traffic"),
    Demand(("EnableWaf",), _is_true, "set it to true: the firewall stops floods"),
    Demand(("ReturnHosts",), bool, "name the hosts that a game may lead players back to"),
    Demand(("ArchiveLock",), bool, "set GOVERNANCE or COMPLIANCE: nobody deletes the archive"),
    Demand(("PagesLock",), bool, "set GOVERNANCE or COMPLIANCE: nobody deletes raw pages"),
    Demand(("LogLevel",), lambda value: value != "DEBUG", "set INFO: DEBUG costs, and drowns"),
)
_TODO: Final = "parameter_overrides of samconfig.toml, then make deploy: "


def place(site: Site) -> Iterator[Row]:
    """Say where this is: `ops` has compared the account with that of samconfig.toml."""
    identity = site.operations.identity
    if identity is None:
        raise LookupError("an emulator has no account of its own")
    account, region = identity.get_caller_identity()["Account"], identity.meta.region_name
    yield Row("account and region", "fine", f"{account}, {region}")


def demands(site: Site) -> Iterator[Row]:
    """Compare the parameters with what going live demands."""
    for names, holds, todo in _DEMANDS:
        values = {name: site.parameters.get(name, "") for name in names}
        found = ", ".join(f"{name}={value}" for name, value in values.items())
        yield judged("parameters", any(map(holds, values.values())), found, f"{_TODO}{todo}")


def as_written(site: Site) -> Iterator[Row]:
    """Compare the parameters with samconfig.toml."""
    other = [name for name, value in site.wanted.items() if site.parameters.get(name) != value]
    found = f"deployed otherwise: {', '.join(other)}" if other else "as samconfig.toml says"
    yield judged("deployed as written", not other, found, "make deploy, or correct samconfig.toml")


def callers(site: Site) -> Iterator[Row]:
    """Look who may call: some addresses, or those with a client certificate."""
    ranges, truststore = (
        site.parameters.get(name, "") for name in ("AllowedSourceCidrs", "TruststoreUri")
    )
    everyone = [each for each in ranges.split(",") if each and not ip_network(each).prefixlen]
    todo = f"{_TODO}AllowedSourceCidrs, the ranges that providers call from, or TruststoreUri"
    closed = bool(truststore or ranges) and not everyone
    found = f"AllowedSourceCidrs={ranges}, TruststoreUri={truststore}"
    yield judged("allow list of the firewall", closed, found, todo)
