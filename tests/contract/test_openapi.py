"""The OpenAPI description says what the template routes, the catalogue lists and the code does."""

import json
from collections.abc import Iterator
from typing import Any, Final

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

from casino.base.errors import RequestRefusedError
from casino.dialects.igsp.answers import STATUSES, answer
from casino.dialects.igsp.requests import Action, parse_hook
from casino.wallet.dialect import Outcome
from casino.wallet.model import platform_transaction_id
from casino.wallet.refusals import REFUSALS
from testing.template import PROJECT, functions, load_template

type Node = dict[str, Any]

SPEC: Final[Node] = yaml.safe_load((PROJECT / "openapi" / "wallet-hooks.yaml").read_text("utf-8"))
HOOKS_PATH: Final = "/webhooks/igsp/v1/platforms/game-provider/hooks"
ACTION_PATHS: Final = {
    action: f"/webhooks/igsp/v1/{action}" for action in ("balance", "bet", "win", "refund")
}


def resolved(node: Node) -> Node:
    """Follow a `$ref` inside the document."""
    while "$ref" in node:
        target: Node = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def operations() -> Iterator[tuple[str, str, Node]]:
    for path, item in SPEC["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def error_examples() -> Iterator[tuple[str, str, str, Node]]:
    """Yield path, status, code and body of every documented error."""
    for path, _, operation in operations():
        for status, response in operation["responses"].items():
            if status != "200":
                for code, example in response["content"]["application/json"]["examples"].items():
                    yield path, status, code, resolved(example)["value"]


def schema(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator for a component; references resolve inside the whole document."""
    return jsonschema.Draft202012Validator({**SPEC, "$ref": f"#/components/schemas/{name}"})


def event_bodies() -> Iterator[tuple[str, str, Node]]:
    for file in sorted((PROJECT / "events").glob("*.json")):
        event = json.loads(file.read_text("utf-8"))
        if event["body"] is not None:
            yield file.name, event["path"], json.loads(event["body"])


def request_schema(path: str) -> str:
    operation = SPEC["paths"][path]["post"]
    reference: str = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return reference.rsplit("/", 1)[1]


def test_the_document_is_valid_openapi() -> None:
    validate(SPEC)


def test_the_documents_describe_exactly_the_routes_of_the_template() -> None:
    routes = {
        (event["Properties"]["Path"], event["Properties"]["Method"].lower())
        for function in functions(load_template()).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    }
    described = [
        (path, method)
        for file in (PROJECT / "openapi").glob("*.yaml")
        for path, item in yaml.safe_load(file.read_text("utf-8"))["paths"].items()
        for method in item.keys() - {"parameters"}
    ]

    assert sorted(described) == sorted(routes)


def test_the_documented_errors_are_the_catalogue_status_by_status() -> None:
    documented = {(int(status), code) for _, status, code, _ in error_examples()}

    assert documented == {(STATUSES[code], code) for code in REFUSALS}
    assert SPEC["components"]["schemas"]["ErrorAnswer"]["properties"]["error"]["enum"] == sorted(
        REFUSALS, key=lambda code: STATUSES[code]
    )


def test_the_one_url_documents_every_error_of_the_single_hooks() -> None:
    at_hooks = {code for path, _, code, _ in error_examples() if path == HOOKS_PATH}
    elsewhere = {code for path, _, code, _ in error_examples() if path != HOOKS_PATH}

    assert at_hooks == elsewhere


def test_every_example_of_an_error_is_what_the_code_renders() -> None:
    for _, _, code, body in error_examples():
        minor = 50 if "balance" in body else None
        outcome = Outcome(code, body["trace_id"], "EUR", minor, body.get("transaction_id"))
        assert json.loads(answer(outcome).body) == body
        schema("ErrorAnswer").validate(body)


def test_an_error_with_a_hint_still_fits_its_schema() -> None:
    body = json.loads(
        answer(Outcome("invalid_request", "trace-1", detail="action is missing")).body
    )

    schema("ErrorAnswer").validate(body)


def test_rendered_answers_fit_their_schemas() -> None:
    own_id = platform_transaction_id("sandbox", "bet-1")
    balance = json.loads(answer(Outcome("ok", "", "EUR", 9750)).body)
    transaction = json.loads(answer(Outcome("ok", "", "EUR", 9500, own_id)).body)

    schema("BalanceAnswer").validate(balance)
    schema("TransactionAnswer").validate(transaction)
    schema("HookAnswer").validate(balance)
    schema("HookAnswer").validate(transaction)


def test_every_example_of_a_request_or_an_answer_fits_its_schema() -> None:
    for _, _, operation in operations():
        contents = [operation["responses"]["200"]["content"]]
        contents += [operation["requestBody"]["content"]] if "requestBody" in operation else []
        for content in contents:
            media = content["application/json"]
            for example in media["examples"].values():
                name = media["schema"]["$ref"].rsplit("/", 1)[1]
                schema(name).validate(resolved(example)["value"])


def test_the_sample_events_fit_the_schema_of_their_route() -> None:
    for _, path, body in event_bodies():
        schema(request_schema(path)).validate(body)


def valid_body(action: str) -> Node:
    body: Node = SPEC["components"]["examples"][f"{action}_request"]["value"]
    return body


def accepted_by_code(body: Node, route: Action | None) -> bool:
    try:
        parse_hook(json.dumps(body).encode(), route, "sandbox", "trace-1")
    except RequestRefusedError:
        return False
    return True


MUTATIONS: Final[dict[str, Node]] = {
    "nothing": {},
    "an unknown field": {"colour": {"deep": [1]}},
    "an empty player": {"player_id": ""},
    "a player id of 256 characters": {"player_id": "p" * 256},
    "a player id of 257 characters": {"player_id": "p" * 257},
    "a control character": {"player_id": "p\x85"},
    "a number for an id": {"session_id": 7},
    "no session": {"session_id": None},
    "another action": {"action": "transfer"},
    "a negative amount": {"amount": -1},
    "an amount as text": {"amount": "2.50"},
    "a boolean amount": {"amount": True},
    "an amount of nothing": {"amount": 0},
    "the largest amount": {"amount": 10**12},
    "an amount above the largest": {"amount": 10**12 + 1},
    "another type": {"type": "cashback"},
    "a round that is null": {"round_id": None},
    "a round that is a number": {"round_id": 1},
    "a round that is empty": {"round_id": ""},
    "a session that is empty": {"session_id": ""},
    "a bet that is named": {"bet_transaction_id": "bet-1"},
    "a bet that is empty": {"bet_transaction_id": ""},
    "finished null": {"finished": None},
    "finished as text": {"finished": "true"},
    "no bet": {"bet_transaction_id": None},
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("action", ACTION_PATHS)
def test_c6_the_schema_and_the_code_accept_the_same_requests(action: Action, mutation: str) -> None:
    body = {**valid_body(action), **MUTATIONS[mutation]}

    by_schema = schema(request_schema(ACTION_PATHS[action])).is_valid(body)
    at_hooks = schema(request_schema(HOOKS_PATH)).is_valid(body)

    assert by_schema == accepted_by_code(body, action)
    assert at_hooks == accepted_by_code(body, None)


@pytest.mark.parametrize("action", ACTION_PATHS)
def test_the_schema_and_the_code_require_the_same_fields(action: Action) -> None:
    for field in valid_body(action):
        body = {name: value for name, value in valid_body(action).items() if name != field}

        by_schema = schema(request_schema(ACTION_PATHS[action])).is_valid(body)
        at_hooks = schema(request_schema(HOOKS_PATH)).is_valid(body)

        assert by_schema == accepted_by_code(body, action), field
        assert at_hooks == accepted_by_code(body, None), field


def test_an_own_url_takes_its_own_action_only() -> None:
    for action, path in ACTION_PATHS.items():
        for other in ACTION_PATHS:
            fits = schema(request_schema(path)).is_valid({**valid_body(action), "action": other})
            assert fits == (other == action)
