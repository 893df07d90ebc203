"""Says what an environment lacks before it goes live. It only reads."""

from collections.abc import Callable, Iterator, Mapping
from textwrap import shorten
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import CasinoError
from ops.context import InEnvironment, Operations, parameters_of
from ops.output import Output, count, harmless
from ops.preflight import peers, services, settings
from ops.preflight.site import Row, Site

type Check = Callable[[Site], Iterator[Row]]

_CHECKS: Final[Mapping[str, Check]] = {
    "account and region": settings.place,
    "parameters": settings.demands,
    "deployed as written": settings.as_written,
    "allow list of the firewall": settings.callers,
    "tables": services.tables,
    "alarms": services.alarms,
    "target of the alarms": services.targets,
    "quotas": services.quotas,
    "concurrency": services.concurrency,
    "dashboards": services.dashboards,
    "schedules": services.schedules,
    "key of the checkpoints": services.signing_key,
    "customer key": services.customer_key,
    "primed integrations": peers.primed,
    "allow lists of integrations": peers.allow_lists,
    "age of keys": peers.key_ages,
    "rehearsal": peers.rehearsal,
    "switches": peers.switches,
}
#: What an emulator answers without its being so.
_EMULATED: Final = frozenset({"target of the alarms", "quotas", "alarms"})
#: How much of what was found is printed; JSON has all of it.
_WIDE: Final = 160


def preflight(operations: Operations, environment: InEnvironment) -> Output:
    """List what falls short before an environment goes live, each with what to do, then exit 1."""
    rows = rows_of(Site(operations, parameters_of(environment)))
    short = [row for row in rows if row.state != "fine"]
    counts = (f"{len(rows)} checks", f"{len(rows) - len(short)} fine")
    unknown = sum(row.state == "not checked" for row in rows)
    told = (*counts, f"{count(len(short) - unknown, 'falls', 'fall')} short")
    lines = [", ".join((*told, f"{unknown} not checked"))]
    for row in short:
        found = f"{row.check}: {harmless(row.found)}"
        lines += ["", f"{row.state:<11}  {shorten(found, _WIDE)}", f"{'':<11}  {row.todo}"]
    data = {"environment": environment, "ok": not short, "rows": [row._asdict() for row in rows]}
    return Output(data, lines, exit_code=1 if short else 0)


def rows_of(site: Site) -> list[Row]:
    """Return what all checks find."""
    return [row for name, check in _CHECKS.items() for row in _found(site, name, check)]


def _found(site: Site, name: str, check: Check) -> list[Row]:
    """Return what a check found; what AWS does not say is not fine."""
    if site.operations.stack.local and name in _EMULATED:
        return [Row(name, "not checked", "an emulator does not know", "look on AWS")]
    try:
        return list(check(site))
    except (CasinoError, ClientError, BotoCoreError, LookupError, TypeError, ValueError) as error:
        told = f"{type(error).__name__}: {error}"
        return [Row(name, "not checked", told, "ReadPolicy of account.yaml lets you look")]


VERBS: Final = {"preflight": preflight}
