"""Wires the end of routes: what the table of parameters names says so in every answer."""

from collections.abc import Callable, Mapping
from time import time
from typing import TYPE_CHECKING, Final

from casino.base.proxy import Event, Response, caller_of
from casino.observability.telemetry import Telemetry
from casino.wiring.settings import SettingsError

if TYPE_CHECKING:  # only an environment with a table loads it
    from casino.base.versions import Versions

#: Who the casino's own services are in the metric; no integration may have the name.
_PLATFORM: Final = "platform"

type Handler = Callable[[Event, object], Response]


def load_versions(environment: Mapping[str, str]) -> "Versions | None":
    """Return the table of routes that end, if there is one; raises `SettingsError`."""
    table = environment.get("DEPRECATED_ROUTES")
    if not table:
        return None
    from casino.base.versions import Versions

    try:
        return Versions(table)
    except ValueError as error:
        raise SettingsError(f"DEPRECATED_ROUTES: {error}") from None


def versioned(handle: Handler, environment: Mapping[str, str]) -> Handler:
    """Return a handler whose answers say which routes end, and that counts who still uses them.

    It is `handle` itself while no route ends. The hooks do without: `HookEndpoint.versions` counts
    in the line of each request.
    """
    versions = load_versions(environment)
    if versions is None:
        return handle
    from casino.observability.hooks import OLD_VERSION_S

    observer = Telemetry(environment.get("POWERTOOLS_SERVICE_NAME", "wallet"))

    def told(event: Event, context: object) -> Response:
        response = handle(event, context)
        version = versions.of(event)
        if version is None:
            return response
        near = version.left_s(time()) < OLD_VERSION_S
        _count(observer, event, int(response["statusCode"]), near)
        return {**response, "headers": {**response.get("headers", {}), **version.headers}}

    return told


def _count(observer: Telemetry, event: Event, status: int, near: bool) -> None:
    """Count a partner that is let in by its name, and the casino's own services together."""
    partner = (event.get("pathParameters") or {}).get("integration")
    if partner and status >= 300:
        return  # anybody can ask for any name
    observer.count_by("OldVersionUses", integration=str(partner or _PLATFORM))
    facts = {"route": str(event.get("resource", "")), "caller": caller_of(event)}
    observer.count("OldVersionNearEnd", int(near), **facts)
