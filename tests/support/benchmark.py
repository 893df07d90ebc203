"""A run of the benchmark with invented figures, for the tests of what reads one."""

from typing import Any

from benchmarks.figures import results
from benchmarks.figures.budgets import judged


def _variant(title: str, scale: float) -> dict[str, Any]:
    return {
        "title": title,
        "cold": {
            "init_ms": 150.0 * scale,
            "first_bet_ms": 10.0 * scale,
            "total_ms": 160.0 * scale,
            "samples": [159.0 * scale, 160.0 * scale, 170.0 * scale],
        },
        "warm": {"cpu_ms": 1.2 * scale, "bets": 600, "samples": [1.2 * scale]},
        "latency": {
            "p50_ms": 30.0 * scale,
            "p95_ms": 50.0 * scale,
            "p99_ms": 90.0 * scale,
            "bets": 500,
        },
        "latency_constant": {
            "p50_ms": 29.0 * scale,
            "p95_ms": 31.0 * scale,
            "p99_ms": 32.0 * scale,
            "bets": 500,
        },
        "memory_mb": 40.0 * scale,
        "package": {"zipped": int(10_000_000 * scale), "unzipped": int(40_000_000 * scale)},
        "round_trips": {"bet": 2, "replay": 1},
        "capacity": {"bet": {"write": 7.0 * scale, "read": 4.0 * scale}},
        "log_bytes": 1000.0 * scale,
    }


def _units(write: float, index: float, read: float) -> dict[str, float]:
    return {"write_tables": write, "write_index": index, "write": write + index, "read": read}


def _ledger(entries: int) -> dict[str, Any]:
    return {
        "entries": entries, "bets": 100, "cpu_ms": 1.2, "p50_ms": 9.0,
        "round_trips": 2, "write": 7.0, "read": 4.0,
    }  # fmt: skip


def _level(concurrent: int) -> dict[str, Any]:
    return {
        "concurrent": concurrent, "bets": 64, "decided": 64, "conflicts": concurrent - 1,
        "busy": 0, "unclear": 0, "seconds": 2.0, "bets_per_s": 32.0,
    }  # fmt: skip


def measured() -> dict[str, Any]:
    """Return what a full run measures, before ratios and budgets are worked out."""
    return {
        "schema": results.SCHEMA,
        "taken_at": "2026-01-01T00:00:00Z",
        "machine": {"python": "3.13.0", "cpus": 2, "architecture": "x86_64"},
        "versions": {"botocore": "1.0.0"},
        "delays_ms": {"BatchGetItem": 5.0, "TransactWriteItems": 20.0},
        "variants": {
            "wallet": _variant("this wallet", 1),
            "boto3_tuned": _variant("tuned botocore", 1),
            "boto3": _variant("plain boto3", 2),
            "powertools": _variant("Powertools, as packaged", 8),
            "powertools_shared": _variant("Powertools, shared clients", 4),
            "floor": _variant("floor", 0.5),
        },
        "wallet": {
            "round_trips": {"bet": 2, "win": 2, "refund": 2, "replay": 1, "balance": 1},
            "capacity": {
                "bet": _units(6.0, 1.0, 4.0),
                "win": _units(6.0, 1.0, 4.0),
                "refund": _units(10.0, 1.0, 5.0),
                "replay": _units(0.0, 0.0, 4.0),
                "balance": _units(0.0, 0.0, 3.0),
            },
            "item_bytes": {"entry": 900, "index": 150, "round": 250},
        },
        "growth": {
            "small": _ledger(1_000),
            "large": _ledger(1_000_000),
            "ratios": {"cpu": 1.0, "p50": 1.0, "write": 1.0, "read": 1.0, "round_trips": 1.0},
        },
        "contention": [_level(count) for count in (1, 8, 64)],
        "local_stack": {
            "concurrent": 8, "bets": 1000, "bets_per_s": 150.0, "p50_ms": 50.0, "p95_ms": 80.0,
        },
    }  # fmt: skip


def run() -> results.Results:
    """Return the run as `latest.json` would hold it."""
    return results.parse(judged(measured()))
