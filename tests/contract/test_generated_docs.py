"""What providers and operators read is what the code, and the latest run, would write."""

import json
from pathlib import Path

import pytest

from casino.dialects.igsp.answers import STATUSES
from casino.wallet.refusals import REFUSALS, RefusalSpec
from sandbox import docs


@pytest.mark.parametrize("path", docs.DOCUMENTS, ids=lambda path: path.name)
def test_the_generated_document_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == docs.DOCUMENTS[path](), "run `make docs`"


def test_the_catalogue_as_data_is_the_catalogue() -> None:
    data = json.loads(docs.ERRORS_JSON.read_text(encoding="utf-8"))

    statuses = {row["code"]: row.pop("status") for row in data["errors"]}
    assert {row["code"]: RefusalSpec(**row) for row in data["errors"]} == REFUSALS
    assert statuses | {"ok": 200} == STATUSES


def test_every_error_says_what_to_do_next() -> None:
    assert all(spec.message and spec.next_step for spec in REFUSALS.values())


def test_only_server_errors_are_retryable_and_none_of_them_is_recorded() -> None:
    for spec in REFUSALS.values():
        assert spec.retryable == (STATUSES[spec.code] >= 500), spec.code
        assert not (spec.retryable and spec.recorded), spec.code
