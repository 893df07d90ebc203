"""The description of the catalogue says what the template routes and the code answers."""

import json
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

from casino.catalogue.endpoint import CatalogueEndpoint
from casino.catalogue.lobby import MOST_GAMES, CatalogueReads
from casino.catalogue.model import SHELVES, Game, Image, Provider
from casino.catalogue.ports import RankedKey
from casino.observability.telemetry import Telemetry
from testing.clock import FakeClock
from testing.template import load_template

SPEC: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "openapi" / "catalogue.yaml").read_text("utf-8")
)
IMAGES: Final = (Image("logo.png", "https://static.example/logo.png", "logo"), Image("bare"))
GAME: Final = Game(
    "hub", "g-1", "p-1", "Jaws", "active", "2025-10-02T08:18:25Z", "0" * 64,
    bonus_rollover_coefficient="0.5", images=IMAGES,
)  # fmt: skip
STUDIO: Final = Provider("hub", "p-1", "NetEnt", ("EUR",), ("US",), "0" * 64, images=IMAGES)


class OneGame:
    """A catalogue with one game."""

    def integrations(self) -> tuple[str, ...]:
        return ("hub",)

    def providers(self, integration: str) -> tuple[Provider, ...]:
        return (STUDIO,)

    def games(self, game_ids: Any) -> dict[str, Game]:
        return {"g-1": GAME}

    def ranked(self, *place: object) -> tuple[RankedKey, ...]:
        return (RankedKey(GAME.rank, "g-1", "hub", "p-1"),)


def ask(path: str, query: dict[str, str]) -> tuple[int, Any]:
    clock = FakeClock()
    endpoint = CatalogueEndpoint(CatalogueReads(OneGame(), clock), clock, Telemetry("contract"))
    event = {"httpMethod": "GET", "resource": path, "queryStringParameters": query}
    answer = endpoint.handle(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def check(instance: object, schema: str) -> None:
    document = {"$ref": f"#/components/schemas/{schema}", "components": SPEC["components"]}
    jsonschema.validate(instance, document)


def test_the_document_is_valid_openapi() -> None:
    validate(SPEC)


def test_the_document_describes_the_catalogue_routes_of_the_template() -> None:
    events = load_template()["Resources"]["ReadCatalogueFunction"]["Properties"]["Events"]
    routed = {(e["Properties"]["Path"], e["Properties"]["Method"].lower()) for e in events.values()}

    assert routed == {(path, method) for path, item in SPEC["paths"].items() for method in item}


@pytest.mark.parametrize(
    ("path", "query", "schema"),
    [
        ("/catalogue/games", {}, "Games"),
        ("/catalogue/games", {"limit": "1", "currency": "EUR", "country": "DE"}, "Games"),
        ("/catalogue/providers", {}, "Providers"),
    ],
)
def test_answers_fit_their_schemas(path: str, query: dict[str, str], schema: str) -> None:
    status, body = ask(path, query)

    assert status == 200
    assert body[schema.lower()] != []
    check(body, schema)


def test_an_error_fits_its_schema() -> None:
    status, body = ask("/catalogue/games", {"limit": "0"})

    assert status == body["status"] == 400
    check(body, "Error")


def test_the_schema_and_the_code_know_the_same_parameters() -> None:
    parameters = SPEC["paths"]["/catalogue/games"]["get"]["parameters"]
    names = {p["name"] if "name" in p else p["$ref"].rpartition("/")[2].lower() for p in parameters}
    limit = next(p["schema"] for p in parameters if p.get("name") == "limit")

    assert names == {"currency", "country", "status", "provider", "category", "limit", "cursor"}
    assert SPEC["components"]["schemas"]["Shelf"]["enum"] == list(SHELVES)
    assert limit["maximum"] == MOST_GAMES
