"""HTTP headers as the project keeps them: every value of every name, names in lower case."""

from collections.abc import Iterable, Mapping, Sequence

#: Header name in lower case → every value it was sent with.
type Headers = Mapping[str, Sequence[str]]


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Collect header pairs; names are matched in any case."""
    headers: dict[str, list[str]] = {}
    for name, value in pairs:
        headers.setdefault(name.lower(), []).append(value)
    return headers
