"""What providers and operators read is what the code, and the latest run, would write."""

import json
from pathlib import Path

import pytest

from casino.base.api import COMMON_ERRORS, ApiError
from casino.dialects.igsp.answers import STATUSES
from casino.sessions.refusals import LAUNCH_ERRORS
from casino.wallet.refusals import REFUSALS, RefusalSpec
from sandbox import docs
from testing.template import load_template, resources


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


def test_c4_no_503_speaks_of_another_copy_which_may_have_moved_money() -> None:
    for spec in REFUSALS.values():
        assert not (spec.retryable and "nothing moved" in spec.message), spec.code
    assert "this request was not processed" in REFUSALS["busy"].message
    assert "this request was not processed" in REFUSALS["unavailable"].message


@pytest.mark.parametrize("errors", [COMMON_ERRORS, LAUNCH_ERRORS])
def test_c4_the_platforms_own_503_speak_of_this_copy_alone(errors: dict[str, ApiError]) -> None:
    for error in errors.values():
        assert not (error.retryable and "moved" in error.message), error.code
        assert "unchanged" not in error.next_step, error.code
    for code in ("busy", "unavailable"):
        assert "this request was not processed" in errors[code].message


def test_c4_api_gateways_own_503_speak_of_this_copy_alone() -> None:
    (api,) = resources(load_template(), "AWS::Serverless::Api").values()
    for name, response in api["GatewayResponses"].items():
        body = json.loads(response["ResponseTemplates"]["application/json"])
        assert "moved" not in body["message"], name
        assert (response["StatusCode"] == "503") == body["retryable"]


def test_m7_whoever_sends_a_request_again_is_told_to_sign_it_anew() -> None:
    for spec in REFUSALS.values():
        assert "unchanged" not in spec.next_step, spec.code
        if spec.retryable or STATUSES[spec.code] in (401, 403):
            assert "signed anew with a fresh timestamp" in spec.next_step, spec.code
        if STATUSES[spec.code] in (401, 403):
            assert "says nothing about the transaction" in spec.next_step, spec.code


def test_only_server_errors_are_retryable_and_none_of_them_is_recorded() -> None:
    for spec in REFUSALS.values():
        assert spec.retryable == (STATUSES[spec.code] >= 500), spec.code
        assert not (spec.retryable and spec.recorded), spec.code
