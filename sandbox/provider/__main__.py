"""`python -m sandbox.provider`: serves the simulated provider until a signal ends it."""

import argparse
import os
import sys

import uvicorn

from sandbox.provider.app import create_app
from sandbox.provider.config import DEFAULT_GAMES, DEFAULT_PROVIDERS, ProviderConfig


def main() -> int:
    """Serve; returns the exit code."""
    options = _options()
    try:
        # Not on the command line, where every user of the machine could read them.
        api_key, secret_key = os.environ["PROVIDER_API_KEY"], os.environ["PROVIDER_SECRET_KEY"]
    except KeyError as error:
        print(f"set {error.args[0]}", file=sys.stderr)
        return 2
    config = ProviderConfig(
        hooks_url=options.hooks_url,
        api_key=api_key,
        secret_key=secret_key,
        base_url=f"http://{options.host}:{options.port}",
        public_url=options.public_url,
        seed=options.seed,
        games=options.games,
        providers=options.providers,
        latency_ms=options.latency_ms,
    )
    uvicorn.run(
        create_app(config),
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        # Who waits for an answer that a fault holds back must not hold back the end.
        timeout_graceful_shutdown=1,
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.provider", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hooks-url", required=True, help="where the platform's wallet answers")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--public-url", help="what launch URLs start with (default: host and port)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--games", type=int, default=DEFAULT_GAMES)
    parser.add_argument("--providers", type=int, default=DEFAULT_PROVIDERS)
    parser.add_argument("--latency-ms", type=int, default=0, help="added to every answer of iGSP")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
