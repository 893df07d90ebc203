"""The description of the session API says what the template routes and what the code does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

from casino.sessions.api import error_answer, launch_answer, parse_order, session_answer
from casino.sessions.endpoint import PROVIDER_FAULTS
from casino.sessions.model import Exchange, Launch, LaunchOrder, begin, succeed
from casino.sessions.refusals import LAUNCH_ERRORS, LaunchRefusedError
from casino.sessions.url import Hosts
from testing.template import functions, load_template

type Node = dict[str, Any]

PROJECT: Final = Path(__file__).resolve().parents[2]
SPEC: Final[Node] = yaml.safe_load((PROJECT / "openapi" / "launch.yaml").read_text("utf-8"))
VERBS: Final = ("get", "post", "delete")


def resolved(node: Node) -> Node:
    while "$ref" in node:
        target: Node = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def documented_errors(path: str) -> Iterator[tuple[int, str]]:
    """Yield status and code of every error of the operations of a path."""
    for verb in VERBS:
        operation = SPEC["paths"][path].get(verb, {"responses": {}})
        for status, response in operation["responses"].items():
            if status < "4":
                continue
            node = resolved(resolved(response)["content"]["application/json"]["schema"])
            (codes,) = (part["properties"]["error"]["enum"] for part in node["allOf"][1:])
            yield from ((int(status), code) for code in codes)


def schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**SPEC, "$ref": f"#/components/schemas/{name}"})


def launch() -> Launch:
    order = LaunchOrder("sess-1", "game-1", "player-1", "EUR")
    return succeed(
        begin(order, "sandbox", "a", 1_700_000_000, 60), "https://x.test/", Exchange(), 1
    )


def test_the_document_is_valid_openapi() -> None:
    validate(SPEC)


def test_the_document_describes_the_session_routes_of_the_template() -> None:
    routes = {
        (event["Properties"]["Path"], event["Properties"]["Method"].lower())
        for function in functions(load_template()).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api" and event["Properties"]["Path"].startswith("/sessions")
    }
    described = {
        (path, verb)
        for path, item in SPEC["paths"].items()
        if path.startswith("/sessions")
        for verb in item.keys() & set(VERBS)
    }
    assert described == routes


def test_the_documented_errors_are_the_table_status_by_status() -> None:
    documented = {
        error
        for path in ("/sessions", "/sessions/{session_id}")
        for error in documented_errors(path)
    }
    of_api_gateway = {(403, "ip_not_allowed")}
    of_the_code = {(spec.status, spec.code) for spec in LAUNCH_ERRORS.values()}
    assert documented == of_the_code | of_api_gateway


def test_only_a_running_launch_is_a_client_error_to_repeat() -> None:
    repeatable = {s.code for s in LAUNCH_ERRORS.values() if s.retryable and s.status < 500}
    assert repeatable == {"launch_in_progress"}


def test_a_code_that_the_hooks_have_too_has_the_same_status_here() -> None:
    hooks = json.loads((PROJECT / "openapi" / "errors.json").read_text("utf-8"))["errors"]
    shared = {row["code"]: row["status"] for row in hooks if row["code"] in LAUNCH_ERRORS}
    assert len(shared) == 13
    assert shared == {code: LAUNCH_ERRORS[code].status for code in shared}


def test_every_fault_of_a_provider_moves_the_alarm() -> None:
    assert {
        spec.code
        for spec in LAUNCH_ERRORS.values()
        if spec.status in (502, 504)
        or spec.code in ("provider_unavailable", "provider_circuit_open")
    } == PROVIDER_FAULTS


def test_answers_fit_their_schemas() -> None:
    schema("Session").validate(session_answer(launch()))
    schema("Launched").validate(launch_answer(launch()))
    assert not schema("Launched").is_valid(session_answer(launch()))
    for code in LAUNCH_ERRORS:
        error = LaunchRefusedError(code, "detail", session_id="sess-1")
        schema("Error").validate(error_answer(error, "trace-1"))


def test_examples_fit_their_schemas() -> None:
    examples = SPEC["components"]["examples"]
    schema("Launch").validate(examples["launch"]["value"])
    schema("Launch").validate(examples["demo"]["value"])
    schema("Launched").validate(examples["launched"]["value"])
    schema("Session").validate(examples["shown"]["value"])
    assert accepted_by_code(examples["launch"]["value"])


def accepted_by_code(body: Node) -> bool:
    try:
        parse_order(json.dumps(body).encode(), Hosts())
    except LaunchRefusedError:
        return False
    return True


MUTATIONS: Final[dict[str, Node]] = {
    "nothing": {},
    "a balance": {"balance": 5},
    "an empty player": {"player_id": ""},
    "a long player id": {"player_id": "p" * 257},
    "a control character": {"player_id": "p\x85"},
    "a number for a game": {"game_id": 7},
    "no session_id": {"session_id": None},
    "an empty session_id": {"session_id": ""},
    "a session_id with a slash": {"session_id": "a/b"},
    "a long session_id": {"session_id": "a" * 129},
    "another device": {"device": "fridge"},
    "device null": {"device": None},
    "an http return_url": {"return_url": "http://casino.test/"},
    "a local return_url": {"return_url": "http://localhost:3000/lobby"},
    "a script": {"return_url": "javascript:alert(1)"},
    "no return_url": {"return_url": None},
    "an empty return_url": {"return_url": ""},
    "a return_url with a port": {"return_url": "https://casino.test:8443/lobby?x=1#y"},
    "a return_url with a user": {"return_url": "https://casino.test@evil.test/"},
    "a return_url with a backslash": {"return_url": "https://casino.test\\@evil.test/"},
    "a return_url with a brace": {"return_url": "https://casino.test/{x}"},
    "a long language": {"language": "english"},
    "a language with a country": {"language": "en-GB"},
    "is_demo as text": {"is_demo": "true"},
    "is_demo null": {"is_demo": None},
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_schema_and_the_code_accept_the_same_launches(mutation: str) -> None:
    body = {**SPEC["components"]["examples"]["launch"]["value"], **MUTATIONS[mutation]}
    assert schema("Launch").is_valid(body) == accepted_by_code(body)


@pytest.mark.parametrize("field", ["game_id", "player_id", "currency"])
def test_the_schema_and_the_code_require_the_same_fields(field: str) -> None:
    body = dict(SPEC["components"]["examples"]["launch"]["value"])
    del body[field]
    assert not schema("Launch").is_valid(body)
    assert not accepted_by_code(body)
