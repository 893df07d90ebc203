"""An OpenAPI document of ours, as the tests ask it."""

from collections.abc import Iterator
from typing import Any, Final

import jsonschema
import yaml
from openapi_spec_validator import validate

from testing.template import PROJECT, load_template

type Node = dict[str, Any]


class Document:
    """One file of `openapi/` that describes POST routes with JSON bodies."""

    def __init__(self, name: str) -> None:
        self.spec: Final[Node] = yaml.safe_load((PROJECT / "openapi" / name).read_text("utf-8"))
        self.paths: Final[Node] = self.spec["paths"]

    def fits(self, body: Any, name: str) -> bool:
        """Tell whether a body fits a component; references resolve inside the whole document."""
        whole = {**self.spec, "$ref": f"#/components/schemas/{name}"}
        return bool(jsonschema.Draft202012Validator(whole).is_valid(body))

    def request_of(self, path: str) -> tuple[str, Node]:
        """Return the name of the schema of a request, and its example."""
        media = self.paths[path]["post"]["requestBody"]["content"]["application/json"]
        return media["schema"]["$ref"].rpartition("/")[2], media["example"]

    def answer_examples(self, path: str) -> Iterator[tuple[str, Node]]:
        """Yield the name of each answer's schema, and its example."""
        for response in self.paths[path]["post"]["responses"].values():
            name = response.get("$ref", "").rpartition("/")[2]
            said = self.spec["components"]["responses"][name] if name else response
            media = said["content"]["application/json"]
            yield media["schema"]["$ref"].rpartition("/")[2], media["example"]

    def check_against(self, function: str) -> None:
        """Check that the document is valid and describes the routes of a function's template."""
        validate(self.spec)
        events = load_template()["Resources"][function]["Properties"]["Events"].values()
        routed = {(e["Properties"]["Path"], e["Properties"]["Method"].lower()) for e in events}
        assert routed == {(path, method) for path, item in self.paths.items() for method in item}
