"""Writes a composed request as a program: curl, PHP, Node or Python.

A program holds the exact bytes, signs them itself with the secret from the variable SECRET_KEY, and
sends them. It makes the signature of the composed request, which the wallet takes for five minutes.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ops.signature.sign import curl_command
from sandbox.console.composer import Composed


def _php(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


#: Language → its name, what writes a text as its literal, and what joins texts.
LANGUAGES: Final[Mapping[str, tuple[str, Callable[[str], str], str]]] = {
    "php": ("PHP", _php, " . "),
    "mjs": ("Node", json.dumps, " + "),
    "py": ("Python", repr, " + "),
}
# Programs are no HTML: the page that shows one escapes it.
_TEMPLATES: Final = Environment(  # noqa: S701
    loader=FileSystemLoader(Path(__file__).parent / "snippets"),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def curl(made: Composed, headers: Mapping[str, str]) -> str:
    """Return a command for a shell that sends the request as it is, spoilt or not."""
    lines = [f"{name}: {value}" for name, value in {**made.headers, **headers}.items()]
    return f"printf %s {shlex.quote(made.body.decode())} | {curl_command(made.url, lines, '-')}\n"


def program(made: Composed, headers: Mapping[str, str], language: str) -> str:
    """Return a program that signs and sends the request; empty for one that is spoilt."""
    spelling = made.spelling
    if spelling is None or made.body != made.signed:
        return ""
    _, literal, plus = LANGUAGES[language]
    name, _ = made.signature
    before, encoding, after = spelling
    body = "$body" if language == "php" else "body"
    values: dict[str, Any] = {
        "url": literal(made.url),
        "body": literal(made.body.decode()),
        "signed": plus.join(
            body if part.name == "body" else literal(part.value.decode()) for part in made.parts
        ),
        "encoding": encoding,
        "before": literal(before),
        "after": literal(after),
        "headers": {
            literal(key): None if key == name else literal(value)
            for key, value in {
                "Content-Type": "application/json",
                **made.headers,
                **headers,
            }.items()
        },
    }
    text: str = _TEMPLATES.get_template(f"request.{language}.j2").render(values)
    return text
