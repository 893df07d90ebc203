"""How long a full synchronisation takes, next to a plain client that reads the same pages.

Budget: a first run of 5,000 games takes at most 1.5 times as long as a plain client needs to read
the provider's pages one after the other, and an unchanged one makes at most 1 % of its writes. The
simulated provider waits before each answer, as one at the other end of the internet does; MiniStack
stands for AWS. Both are measured in the same run, interleaved, on the same machine.

    .venv/bin/python -m benchmarks.sync [--games 5000] [--latency-ms 100] [--rounds 3]
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from botocore.config import Config

from casino.adapters.dynamodb_catalogue import DynamoDbCatalogue
from casino.adapters.dynamodb_sync import DynamoDbSync
from casino.adapters.provider_records import IgspRecords
from casino.adapters.s3_pages import S3Pages
from casino.adapters.system_clock import SystemClock
from casino.bootstrap.aws import aws_client
from casino.bootstrap.catalogue import provider_client
from casino.catalogue_observability import CatalogueObserver
from casino.domain.model import Integration
from casino.ports.sync import SyncRequest
from casino.services.catalogue_sync import CatalogueSync
from sandbox import ministack
from sandbox.provider.process import ProviderProcess, start
from sandbox.provider.signatures import seal
from tests.support.catalogue import CountingClient, OneKey
from tests.support.provider import KEY
from tests.support.template import create_tables

TIME_BUDGET: Final = 1.5
WRITE_BUDGET: Final = 0.01


def read_plainly(process: ProviderProcess) -> float:
    """Return the seconds that a plain client needs for every page."""
    started = time.perf_counter()
    with httpx.Client() as client:
        for path in ("providers", "games"):
            query: dict[str, Any] = {"limit": 200}
            while True:
                headers = seal(KEY, b"", datetime.now(UTC))
                url = f"{process.provider_url}/{path}"
                answer = client.get(url, headers=headers, params=query, timeout=60).json()
                if answer["cursor"]["next"] is None:
                    break
                query["cursor"] = answer["cursor"]["next"]
    return time.perf_counter() - started


class Bench:
    """Synchronises into fresh tables each time."""

    def __init__(self, process: ProviderProcess) -> None:
        self._client = aws_client("dynamodb", Config(parameter_validation=False))
        self._s3 = aws_client("s3", Config())
        self._integration = Integration(
            "sandbox", "igsp", "unused", provider_url=process.provider_url
        )

    def sync(self, name: str) -> list[tuple[float, int]]:
        """Return the seconds and the written items of a first run and of an unchanged one."""
        self._s3.create_bucket(
            Bucket=f"pages-{name}",
            CreateBucketConfiguration={"LocationConstraint": ministack.REGION},
        )
        counting = CountingClient(self._client)
        environment = create_tables(self._client, name)
        catalogue, sync = environment["CATALOGUE_TABLE"], environment["SYNC_TABLE"]
        clock, observer = SystemClock(), CatalogueObserver("benchmark")
        with ThreadPoolExecutor(2) as executor:
            service = CatalogueSync(
                provider_client(OneKey(), clock, observer),
                DynamoDbSync(counting, catalogue, sync, clock),
                DynamoDbCatalogue(counting, catalogue),
                S3Pages(self._s3, f"pages-{name}"),
                IgspRecords(),
                observer,
                clock,
                executor,
            )
            return [self._timed(service, counting) for _ in range(2)]

    def _timed(self, service: CatalogueSync, counting: CountingClient) -> tuple[float, int]:
        counting.writes, started = 0, time.perf_counter()
        outcome = service.run(self._integration, SyncRequest("sandbox", "full"), lambda: True)
        if outcome.status != "done":
            raise SystemExit(f"the run failed: {outcome.code}")
        return time.perf_counter() - started, counting.writes


def main() -> int:
    """Measure, print, and return 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=5_000)
    parser.add_argument("--latency-ms", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    folder = Path(tempfile.mkdtemp())
    local = ministack.start(folder, ministack.free_port())
    os.environ |= {
        "AWS_ENDPOINT_URL": local.endpoint, "AWS_DEFAULT_REGION": ministack.REGION,
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    }  # fmt: skip
    process = start(
        ministack.free_port(), KEY.hooks_url, KEY.api_key, KEY.secret_key,
        folder=folder, games=options.games, latency_ms=options.latency_ms,
    )  # fmt: skip
    try:
        return report(process, options.rounds)
    finally:
        process.stop()
        local.stop()


def report(process: ProviderProcess, rounds: int) -> int:
    """Interleave both sides and compare their medians."""
    bench = Bench(process)
    plain, first, again, writes = [], [], [], (0, 0)
    for number in range(rounds):
        plain.append(read_plainly(process))
        (first_s, first_writes), (again_s, again_writes) = bench.sync(f"bench-{number}")
        first.append(first_s)
        again.append(again_s)
        writes = (first_writes, again_writes)
    base = statistics.median(plain)
    ratio, share = statistics.median(first) / base, writes[1] / writes[0]
    print(f"plain client, every page    {base:6.2f} s")
    print(f"first run                   {statistics.median(first):6.2f} s  {ratio:.2f} (≤ 1.5)")
    print(f"unchanged run               {statistics.median(again):6.2f} s")
    print(f"writes: first, unchanged    {writes[0]}, {writes[1]}  {share:.2%} (≤ 1 %)")
    return int(ratio > TIME_BUDGET or share > WRITE_BUDGET)


if __name__ == "__main__":
    sys.exit(main())
