"""`GET /catalogue/games` and `GET /catalogue/providers`: read the query, ask once, render.

API Gateway has authorised the caller by IAM before anything comes here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

from casino.base.api import COMMON_ERRORS, error_body
from casino.base.clock import Clock
from casino.base.errors import RequestRefusedError, RetryableError
from casino.base.proxy import Event, Response, all_headers, query_of, trace_id_of
from casino.catalogue.lobby import MOST_GAMES, CatalogueReads, GameFilter
from casino.catalogue.model import SHELVES, Game, Provider, Shelf
from casino.observability.telemetry import Telemetry

_GAME_PARAMETERS: Final = frozenset(
    {"provider", "category", "currency", "country", "status", "cursor", "limit"}
)
_PROVIDER_PARAMETERS: Final = frozenset({"currency", "country"})
_DEFAULT_LIMIT: Final = 50
_CURRENCY: Final = re.compile(r"[A-Z0-9]{2,12}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_LIMIT: Final = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CatalogueEndpoint:
    """Answers the REST proxy events of the two routes."""

    reads: CatalogueReads
    clock: Clock
    observer: Telemetry

    def handle(self, event: Event, context: object) -> Response:
        """Return the REST proxy response to `event`; never raises."""
        started, code = self.clock.monotonic(), "ok"
        trace_id = trace_id_of(event, all_headers(event))
        try:
            status, body = 200, json.dumps(self._answer(event), separators=(",", ":"))
        except (RequestRefusedError, RetryableError) as error:
            code, detail = error.code, getattr(error, "detail", "")
            status, body = _refused(code, trace_id, detail)
        except Exception as error:  # noqa: BLE001 - the edge: the caller must get an answer
            self.observer.crash(error, trace_id=trace_id)
            code = "internal_error"
            status, body = _refused(code, trace_id, "")
        self.observer.event(
            "catalogue request",
            error=status >= 500,
            trace_id=trace_id,
            resource=event.get("resource", ""),
            status=status,
            outcome=code,
            latency_ms=round((self.clock.monotonic() - started) * 1000, 2),
        )
        headers = {"Content-Type": "application/json", "X-Trace-Id": trace_id}
        return {"statusCode": status, "headers": headers, "body": body}

    def _answer(self, event: Event) -> dict[str, Any]:
        match event.get("httpMethod"), event.get("resource"):
            case "GET", "/catalogue/games":
                return self._games(_query(event, _GAME_PARAMETERS))
            case "GET", "/catalogue/providers":
                query = _query(event, _PROVIDER_PARAMETERS)
                found = self.reads.providers(query.get("currency"), query.get("country"))
                return {"providers": [_provider(provider) for provider in found]}
            case _:
                raise RequestRefusedError("not_found")

    def _games(self, query: Mapping[str, str]) -> dict[str, Any]:
        wanted = GameFilter(
            status=cast("Shelf", query.get("status", "active")),
            provider=query.get("provider"),
            category=query.get("category"),
            currency=query.get("currency"),
            country=query.get("country"),
        )
        limit = int(query.get("limit", _DEFAULT_LIMIT))
        page = self.reads.games(wanted, query.get("cursor"), limit)
        return {
            "games": [_game(game, provider) for game, provider in page.games],
            "next_cursor": page.next_cursor,
        }


def _refused(code: str, trace_id: str, detail: str) -> tuple[int, str]:
    error = COMMON_ERRORS[code]
    return error.status, json.dumps(error_body(error, trace_id, detail), separators=(",", ":"))


def _query(event: Event, allowed: frozenset[str]) -> dict[str, str]:
    """Return the parameters, each checked; one that is unknown, empty or given twice is refused."""
    query = query_of(event)
    for name in query:
        if name not in allowed:
            raise RequestRefusedError("invalid_request", f"unknown parameter {name[:40]}")
    _check(query)
    return query


def _check(query: Mapping[str, str]) -> None:
    checks = {
        "status": query.get("status", "active") in SHELVES,
        "currency": _CURRENCY.fullmatch(query.get("currency", "EUR")),
        "country": _COUNTRY.fullmatch(query.get("country", "DE")),
        "limit": _LIMIT.fullmatch(query.get("limit", "1"))
        and 1 <= int(query.get("limit", "1")) <= MOST_GAMES,
    }
    for name, holds in checks.items():
        if not holds:
            raise RequestRefusedError("invalid_request", f"{name} is not valid")


def _game(game: Game, provider: Provider) -> dict[str, Any]:
    return {
        "game_id": game.game_id,
        "name": game.name,
        "slug": game.slug,
        "status": game.shelf,
        "weight": game.weight,
        "categories": list(game.categories),
        "rtp": game.rtp,
        "bonus_rollover_coefficient": game.bonus_rollover_coefficient,
        "images": [asdict(image) for image in game.images],
        "provider": {"id": provider.provider_id, "name": provider.name},
        "integration": game.integration,
        "updated_at": game.updated_at,
    }


def _provider(provider: Provider) -> dict[str, Any]:
    return {
        "id": provider.provider_id,
        "name": provider.name,
        "slug": provider.slug,
        "integration": provider.integration,
        "currencies": list(provider.currencies),
        "restricted_countries": list(provider.restricted_countries),
        "min_age": provider.min_age,
        "min_kyc_level": provider.min_kyc_level,
        "images": [asdict(image) for image in provider.images],
    }
