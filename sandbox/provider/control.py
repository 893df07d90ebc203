"""The admin routes of a simulated provider as methods, for tests and for `make run`."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

import httpx

#: Rounds go through the platform's wallet, and the first of them starts its function.
_TIMEOUT_S = 60.0

type ListName = Literal["games", "providers"]


class Control:
    """A simulated provider seen from behind; a request that it refuses raises `httpx` errors."""

    def __init__(self, base_url: str, client: httpx.Client | None = None) -> None:
        self._base = f"{base_url}/admin"
        self._client = client or httpx.Client(timeout=_TIMEOUT_S, trust_env=False)

    def close(self) -> None:
        """End its connections."""
        self._client.close()

    def stats(self) -> dict[str, Any]:
        """Return the counts since the start or `reset_stats`."""
        return self._ask("GET", "/stats")

    def reset_stats(self) -> None:
        """Count from zero again."""
        self._ask("DELETE", "/stats")

    def add_fault(self, kind: str, endpoint: str = "any", **options: Any) -> int:
        """Let the next requests meet a fault; returns its id."""
        added = self._ask("POST", "/faults", {"kind": kind, "endpoint": endpoint, **options})
        return cast("int", added["id"])

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults with how often each was met."""
        return cast("list[dict[str, Any]]", self._ask("GET", "/faults")["faults"])

    def clear_faults(self) -> None:
        """Forget all faults."""
        self._ask("DELETE", "/faults")

    def records(self, name: ListName) -> list[dict[str, Any]]:
        """Return every game or provider."""
        return cast("list[dict[str, Any]]", self._ask("GET", f"/{name}")["records"])

    def add(self, name: ListName, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Add records and return their ids."""
        added = self._ask("POST", f"/{name}", {"records": list(records)})
        return cast("list[str]", added["ids"])

    def change(
        self,
        name: ListName,
        ids: Iterable[str],
        fields: Mapping[str, Any] | None = None,
        unset: Iterable[str] = (),
    ) -> None:
        """Change fields of records; without fields they are only touched."""
        body = {"ids": list(ids), "set": fields or {}, "unset": list(unset)}
        self._ask("PATCH", f"/{name}", body)

    def delete(self, name: ListName, record_id: str, *, hard: bool = False) -> None:
        """Mark a record as deleted, or let it vanish."""
        self._ask("DELETE", f"/{name}/{record_id}{'?hard=true' if hard else ''}")

    def add_credential(self, api_key: str, secret_key: str, hooks_url: str) -> None:
        """Work with one more platform."""
        body = {"api_key": api_key, "secret_key": secret_key, "hooks_url": hooks_url}
        self._ask("POST", "/credentials", body)

    def configure(self, **settings: str | int) -> None:
        """Change `latency_ms`, `public_url` or `hooks_url`."""
        self._ask("PATCH", "/config", settings)

    def reset(self) -> None:
        """Back to how it was started."""
        self._ask("POST", "/reset")

    def sessions(self) -> list[dict[str, Any]]:
        """Return every session."""
        return cast("list[dict[str, Any]]", self._ask("GET", "/sessions")["sessions"])

    def session(self, session_id: str) -> dict[str, Any]:
        """Return one session."""
        return self._ask("GET", f"/sessions/{session_id}")

    def play(
        self, session_id: str, count: int = 1, stake: str = "1.00", win: str | None = None
    ) -> list[dict[str, Any]]:
        """Play rounds through the wallet and return how they went."""
        body = {"count": count, "stake": stake, "win": win}
        played = self._ask("POST", f"/sessions/{session_id}/rounds", body)
        return cast("list[dict[str, Any]]", played["rounds"])

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        response = self._client.request(method, f"{self._base}{path}", json=body)
        if response.is_error:
            # Its own words say more than the status.
            raise httpx.HTTPStatusError(
                f"{method} {path}: {response.status_code} {response.text}",
                request=response.request,
                response=response,
            )
        return cast("dict[str, Any]", response.json()) if response.content else {}
