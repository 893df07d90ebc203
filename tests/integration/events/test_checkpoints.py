"""Checkpoints on the deployed stack: its key signs, and a lost object is named."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from casino.base.times import iso_utc
from ops.context import Operations
from ops.verbs.verification import checkpoint, verify
from sandbox.processes import poll
from sandbox.up import Casino, open_seat
from testing.clock import FakeClock
from tests.integration.sandbox.test_exposure import CURRENCY, win

DAY_S = 86_400


@pytest.fixture
def tomorrow(casino: Casino) -> Iterator[Operations]:
    """The stack as it will be a day from now; what was signed there is taken away."""
    own = casino.operations
    found = replace(own, clock=FakeClock(own.clock.now() + DAY_S))
    place: Any = {"Bucket": own.stack.events.archive}
    yield found
    for each in own.objects.list_objects_v2(**place, Prefix="checkpoints/").get("Contents", ()):
        own.objects.delete_object(**place, Key=each["Key"])


def faults(operations: Operations) -> set[str]:
    data: Any = verify(operations, against_archive=True).data
    return {fault["code"] for fault in data["faults"]}


def test_a_day_is_signed_by_the_stacks_key_and_a_lost_object_is_named(
    casino: Casino, tomorrow: Operations
) -> None:
    day = iso_utc(casino.operations.clock.now())[:10]
    seat = open_seat(casino.operations, f"p_signed_{uuid4().hex[:8]}", CURRENCY, "10.00")
    win(casino, seat, "5.00")
    assert poll(lambda: faults(tomorrow) == set(), timeout_s=60), faults(tomorrow)

    signed: Any = checkpoint(tomorrow).data
    assert (signed["days"], signed["faulty"]) == ([day], {})
    assert faults(tomorrow) == set()

    objects, bucket = tomorrow.objects, tomorrow.stack.events.archive
    listed = objects.list_objects_v2(Bucket=bucket, Prefix=f"ledger/date={day}/")["Contents"]
    lost: Any = {"Bucket": bucket, "Key": listed[0]["Key"]}
    body = objects.get_object(**lost)["Body"].read()
    objects.delete_object(**lost)
    try:
        assert "archive_object_missing" in faults(tomorrow)
    finally:
        objects.put_object(**lost, Body=body)
    assert faults(tomorrow) == set()
