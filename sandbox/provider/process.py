"""Starts and stops a simulated provider as a program of its own, beside the local AWS."""

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from sandbox.processes import START_TIMEOUT_S, STOP_TIMEOUT_S, LocalServer
from sandbox.provider.config import DEFAULT_GAMES, DEFAULT_PROVIDERS
from sandbox.provider.control import Control

_PROJECT: Final = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class ProviderProcess(LocalServer):
    """A running simulated provider."""

    name = "provider"
    ready_path = "/admin/stats"
    port_variable = "PROVIDER_PORT"

    @property
    def provider_url(self) -> str:
        """What an integration's `provider_url` is."""
        return f"{self.base_url}/igsp/v1"

    @cached_property
    def control(self) -> Control:
        """Its admin routes."""
        return Control(self.base_url)

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        if "control" in self.__dict__:
            self.control.close()
        super().stop(timeout_s)


def start(
    port: int,
    hooks_url: str,
    api_key: str,
    secret_key: str,
    *,
    folder: Path,
    seed: int = 1,
    games: int = DEFAULT_GAMES,
    providers: int = DEFAULT_PROVIDERS,
    latency_ms: int = 0,
    public_url: str | None = None,
    timeout_s: float = START_TIMEOUT_S,
) -> ProviderProcess:
    """Start a provider on `port`, with its log in `folder`, and wait until it answers."""
    arguments = {
        "--port": port, "--hooks-url": hooks_url, "--seed": seed, "--games": games,
        "--providers": providers, "--latency-ms": latency_ms,
    }  # fmt: skip
    if public_url is not None:
        arguments["--public-url"] = public_url
    words = [str(word) for pair in arguments.items() for word in pair]
    return ProviderProcess.launch(
        [sys.executable, "-m", "sandbox.provider", *words],
        {"PROVIDER_API_KEY": api_key, "PROVIDER_SECRET_KEY": secret_key},
        folder,
        port,
        cwd=_PROJECT,
        timeout_s=timeout_s,
    )
