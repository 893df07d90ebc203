"""Prices and quotas as typed parameters: `prices.toml` and `quotas.toml`, or a file like them."""

from pathlib import Path
from typing import Final

import msgspec

PRICES: Final = Path(__file__).with_name("prices.toml")
QUOTAS: Final = Path(__file__).with_name("quotas.toml")

type Scale = list[tuple[float, float]]
"""Up to so many in a month, that price for each; the last step reaches to infinity."""


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A misspelt parameter is an error, as is a missing one."""


class ApiGatewayPrices(Parameters, frozen=True):
    """API Gateway, REST."""

    rest_request: Scale


class LambdaPrices(Parameters, frozen=True):
    """Lambda, on demand."""

    request: float
    gb_second_x86_64: Scale
    gb_second_arm64: Scale


class DynamoDbPrices(Parameters, frozen=True):
    """DynamoDB, on demand."""

    write_unit: float
    read_unit: float
    storage_gb_month: float
    recovery_gb_month: float
    stream_read: float


class CloudWatchPrices(Parameters, frozen=True):
    """Logs, metrics and alarms."""

    log_gb: Scale
    metric_month: Scale
    alarm_month: float


class SecretsPrices(Parameters, frozen=True):
    """Secrets Manager."""

    secret_month: float
    call: float


class Workload(Parameters, frozen=True):
    """What is assumed, see `prices.toml`."""

    bets_per_month: float
    cold_share: float
    integrations: int
    metric_series: int
    metrics_per_series: int
    platform_log_bytes: int
    access_log_bytes: int
    item_overhead_bytes: int
    memory_mb: int
    cache_s: int
    alarms: int
    processor_at_mb: int


class Prices(Parameters, frozen=True, rename={"functions": "lambda"}):
    """`prices.toml`, in US dollars."""

    region: str
    as_of: str
    source: str
    api_gateway: ApiGatewayPrices
    functions: LambdaPrices
    dynamodb: DynamoDbPrices
    cloudwatch: CloudWatchPrices
    secrets: SecretsPrices
    workload: Workload


class DynamoDbQuotas(Parameters, frozen=True):
    """Units per second."""

    partition_write_units: int
    partition_read_units: int
    table_write_units: int
    table_read_units: int
    new_table_write_units: int
    new_table_read_units: int
    transaction_items: int
    transaction_mb: int


class LambdaQuotas(Parameters, frozen=True):
    """How many environments there may be, and how fast they come."""

    concurrency: int
    requests_per_environment: int
    scaling_environments: int
    scaling_requests_per_s: int
    scaling_interval_s: int


class ApiGatewayQuotas(Parameters, frozen=True):
    """Of an account in one region."""

    requests_per_s: int
    burst: int
    timeout_s: int


class SecretsQuotas(Parameters, frozen=True):
    """Of an account in one region."""

    calls_per_s: int


class LogsQuotas(Parameters, frozen=True):
    """Of an account in one region."""

    put_calls_per_s: int


class StreamQuotas(Parameters, frozen=True):
    """Of a table's stream."""

    shard_write_units: int
    most_parallel: int
    readers_per_shard: int


class Consumer(Parameters, frozen=True):
    """What a consumer of the ledger's stream is assumed to do."""

    batch_records: int
    batch_ms: float


class Target(Parameters, frozen=True):
    """The rate that the limits are worked out for."""

    bets_per_s: int
    headroom: float


class Quotas(Parameters, frozen=True, rename={"functions": "lambda"}):
    """`quotas.toml`."""

    source: str
    dynamodb: DynamoDbQuotas
    functions: LambdaQuotas
    api_gateway: ApiGatewayQuotas
    secrets: SecretsQuotas
    logs: LogsQuotas
    streams: StreamQuotas
    consumer: Consumer
    target: Target


def prices(path: Path = PRICES) -> Prices:
    """Read prices and workload; raises `msgspec.ValidationError` that names the parameter."""
    return msgspec.toml.decode(path.read_bytes(), type=Prices)


def quotas(path: Path = QUOTAS) -> Quotas:
    """Read the quotas; raises `msgspec.ValidationError` that names the parameter."""
    return msgspec.toml.decode(path.read_bytes(), type=Quotas)


def charge(scale: Scale, amount: float) -> float:
    """Return what `amount` costs on a scale, each part at the price of its step."""
    total, below = 0.0, 0.0
    for up_to, price in scale:
        total += max(0.0, min(amount, up_to) - below) * price
        below = up_to
    return total
