"""HTTP headers as the project keeps them: every value of every name, the name in lower case."""

from collections.abc import Iterable


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Collect header pairs; names are matched in any case."""
    headers: dict[str, list[str]] = {}
    for name, value in pairs:
        headers.setdefault(name.lower(), []).append(value)
    return headers
