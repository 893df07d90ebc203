"""The mistakes in a base of lines, as RFC 9421 builds it; `mistakes` tries them with its own."""

from collections.abc import Iterator
from typing import Final

from casino.signing.scheme import Part

#: What API Gateway's own address has before the path, and a custom domain has not.
STAGES: Final = ("local", "dev", "test", "staging", "prod", "v1")


def other_lines(parts: tuple[Part, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield what a sender may have signed instead, and what is wrong with it."""
    for i, part in enumerate(parts):
        head, _, value = part.value.partition(b": ")
        for said, changed in _other_values(part.name, value):
            line = Part(part.name, head + b": " + changed)
            yield f"{part.name}: {said}", _joined((*parts[:i], line, *parts[i + 1 :]))
    whole = _joined(parts)
    yield "lines: a line feed at the end was signed", whole + b"\n"
    yield "lines: they were joined with CR LF", whole.replace(b"\n", b"\r\n")
    yield "lines: they were joined without line feeds", whole.replace(b"\n", b"")
    yield "lines: no space stood after the colons", whole.replace(b'": ', b'":')
    unquoted = b"".join(part.value.replace(b'"', b"", 2) for part in parts)
    yield "lines: the components stood without their quotes", unquoted
    without = _joined(parts[:-1])
    yield "@signature-params: it was left out", without
    yield "@signature-params: it was left out", without.removesuffix(b"\n")


def _other_values(name: str, value: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the usual wrong values of a line, each with its line feed."""
    if name == "@method":
        yield "it was signed in lower case", value.lower()
    if name == "@path":
        for stage in STAGES:
            said = f"it was signed with the stage, /{stage}: the path begins behind it"
            yield said, b"/" + stage.encode() + value
        for at in range(1, len(value)):
            if value[at : at + 1] == b"/":
                left = value[:at].decode("ascii", "replace")
                yield f"it was signed without {left}: the whole path counts", value[at:]
        path = value.removesuffix(b"\n")
        yield "it was signed with a slash at its end", path + b"/\n"
        yield "it was signed without the slash before it", value.removeprefix(b"/")
    elif not name.startswith("@"):
        yield "it was signed in lower case, and sent otherwise", value.lower()
        yield "it was signed in upper case, and sent otherwise", value.upper()


def _joined(parts: tuple[Part, ...]) -> bytes:
    return b"".join(part.value for part in parts)
