"""A run of the benchmark with invented figures that keep every budget, for readers of a run."""

from benchmarks.figures.results import SCHEMA, Run


def _variant(title: str, scale: float) -> Run:
    times = {"p50_ms": 30.0 * scale, "p95_ms": 50.0 * scale, "p99_ms": 90.0 * scale}
    return {
        "title": title,
        "cold": {"init_ms": 150.0 * scale, "first_bet_ms": 10.0 * scale, "total_ms": 160.0 * scale},
        "warm": {"cpu_ms": 1.2 * scale},
        "latency": times,
        "latency_constant": dict(times),
        "memory_mb": 40.0 * scale,
        "package": {"zipped": int(10_000_000 * scale)},
        "round_trips": {"bet": 2, "replay": 1},
        "capacity": {"bet": {"write": 7.0 * scale, "read": 4.0 * scale}},
        "log_bytes": 1000.0 * scale,
    }


def _units(write: float, index: float, read: float) -> Run:
    return {"write_tables": write, "write_index": index, "write": write + index, "read": read}


def _ledger(entries: int) -> Run:
    replay = {"cpu_ms": 0.5, "p50_ms": 4.0}
    return {"entries": entries, "cpu_ms": 1.2, "p50_ms": 9.0, "replay": replay}


def measured() -> Run:
    """Return what a full run measures, before ratios and budgets are worked out."""
    counts = {"bets": 64, "decided": 63, "conflicts": 7, "busy": 2, "unclear": 0}
    scales = {"wallet": 1, "boto3_tuned": 1, "boto3": 2, "powertools": 8, "floor": 0.5}
    return {
        "schema": SCHEMA,
        "taken_at": "2026-01-01T00:00:00Z",
        "machine": {"python": "3.13.0", "cpus": 2, "architecture": "x86_64"},
        "delays_ms": {"BatchGetItem": 5.0, "TransactWriteItems": 20.0},
        "variants": {name: _variant(f"the {name}", scale) for name, scale in scales.items()},
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
        "dialects": {
            name: {"init_ms": 150.0, "first_bet_ms": 10.0, "total_ms": 160.0, "ratio": 1.0}
            for name in ("igsp", "flexsoft", "winupgo")
        },
        "contention": [{"concurrent": 8, **counts, "seconds": 2.0, "bets_per_s": 32.0}],
        "burst": [{"concurrent": 40, **counts, "p50_ms": 300.0, "p95_ms": 900.0}],
        "local_stack": {"concurrent": 8, "bets": 1000, "refused": 0, "bets_per_s": 150.0},
    }
