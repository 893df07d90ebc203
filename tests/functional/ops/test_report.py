"""A report of the bucket: only the days and types that are asked for are fetched."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws

from casino.wiring.stack import Stack
from ops.context import Operations
from ops.errors import OpsError
from ops.verbs import report
from tests.unit.ops.test_report import moved

BUCKET = "lake"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def operations(s3: Any) -> Operations:
    nothing: Any = None
    stack = Stack("test", nothing, "", lake_bucket=BUCKET)
    return Operations(stack, nothing, nothing, nothing, nothing, objects=s3)


def put(s3: Any, place: str, body: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key=f"lake/{place}/x.jsonl.gz", Body=body)


def test_a_report_adds_up_every_brand_and_region_of_the_bucket(s3: Any) -> None:
    one, two, three = (json.dumps(moved("bet", 100 * n)).encode() + b"\n" for n in (1, 2, 4))
    day = "type=wallet.debit.completed/date=2025-10-23"
    put(s3, f"tenant=a/region=EU/{day}", gzip.compress(one))
    put(s3, f"tenant=a/region=US/{day}", gzip.compress(one + two))
    put(s3, f"tenant=b%2Fc/region=EU/{day}", gzip.compress(three))
    for date in ("2025-10-22", "2025-10-24"):
        put(s3, f"tenant=a/region=EU/type=wallet.debit.completed/date={date}", b"no gzip")
    put(s3, "tenant=a/region=EU/type=bet.authorized/date=2025-10-23", b"no gzip")
    put(s3, "tenant=a/region=EU/type=wallet.debit.completed", b"of no day")
    data: Any = report.revenue(operations(s3), "2025-10-23", "2025-10-23T23:00Z").data
    (row,) = data["rows"]
    assert (row["bets"], row["stakes"]) == (3, Decimal("7.00"))


def test_an_object_that_is_broken_ends_the_report(s3: Any) -> None:
    put(s3, "tenant=a/region=EU/type=wallet.debit.completed/date=2025-10-23", b"no gzip")
    with pytest.raises(OpsError) as caught:
        report.revenue(operations(s3), "2025-10-23")
    assert caught.value.code == "unreadable_lake"
