"""The size of an answer is bounded while it is read, and with it the memory of a page."""

import gzip
import io
import tracemalloc
from collections.abc import Buffer

import pytest

from casino.catalogue.run import DriftError
from casino.dialects.igsp.records import IgspRecords, MalformedAnswerError, read_list
from casino.providers.caps import CAPS
from casino.providers.ports import ProviderError
from testing.template import load_template
from tests.unit.providers.line import HUB, answer, line

MIB = 1024 * 1024
MEMORY = MIB * int(load_template()["Globals"]["Function"]["MemorySize"])


class Endless(io.RawIOBase):
    """A body of any size, that counts what was read of it."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        size = min(self.left, len(memoryview(buffer)))
        memoryview(buffer)[:size] = b" " * size
        self.left -= size
        self.read_bytes += size
        return size


def peak_of(*answers: object) -> tuple[ProviderError, int]:
    """Return how a page fails, and the most bytes in use meanwhile."""
    made = line(*answers)
    tracemalloc.start()
    try:
        with pytest.raises(ProviderError) as failed:
            made.client.games(HUB, None, None)
        return failed.value, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a12_of_16_megabytes_no_more_than_the_cap_is_read() -> None:
    body = Endless(16 * MIB)

    error, peak = peak_of((200, io.BufferedReader(body), {}))

    assert (error.code, error.detail) == ("provider_invalid_answer", "larger than 4194304 bytes")
    assert body.read_bytes <= CAPS.answer_bytes + MIB
    assert peak < 4 * CAPS.answer_bytes


def test_a12_an_answer_that_unpacks_to_more_than_the_cap_is_cut_as_well() -> None:
    bomb = gzip.compress(b" " * (64 * MIB))

    error, peak = peak_of(answer(200, bomb, Content_Encoding="gzip"))

    assert error.detail == "larger than 4194304 bytes"
    assert peak < 4 * CAPS.answer_bytes


@pytest.mark.parametrize("form", [b'{"data":[%s]}', b'{"data":[{"id":"x","provider":[%s]}]}'])
def test_a12_the_worst_page_within_the_cap_takes_a_quarter_of_the_memory(form: bytes) -> None:
    part = b"[[[[[[]]]]]]"
    count = (CAPS.answer_bytes - len(form)) // (len(part) + 1)
    page = form % b",".join([part] * count)
    tracemalloc.start()
    try:
        with pytest.raises((MalformedAnswerError, DriftError)) as refused:
            IgspRecords().game("hub", read_list(page).data[0])
        assert tracemalloc.get_traced_memory()[1] < MEMORY / 4
    finally:
        tracemalloc.stop()
    assert str(refused.value) in ("more than 1000 records", "larger than 65536 bytes")
