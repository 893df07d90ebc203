"""Writes the documents that are made from code or from a run, so that both always agree.

The errors of the hooks are one table in `casino.wallet.refusals`, those of the session API another
in `casino.sessions.refusals`, those of the casino's own API a third in `casino.accounts.refusals`.
Tools read them as JSON, people as pages. The README, benchmarks/results/README.md and
docs/capacity.md hold the figures of the benchmark. docs/bet.svg is drawn from docs/bet.txt.
schemas/events/ has the AsyncAPI document of its schemas and their digests: those of new schemas are
added, none is changed. A contract test fails when a file differs from the text written here.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import capacity
from benchmarks.figures import page
from casino.accounts.refusals import ACCOUNT_ERRORS
from casino.base.api import ApiError
from casino.dialects.igsp.answers import STATUSES
from casino.sessions.refusals import LAUNCH_ERRORS
from casino.wallet.refusals import REFUSALS, RefusalSpec
from sandbox import event_schemas, picture

PROJECT: Final = Path(__file__).resolve().parent.parent
ERRORS_JSON: Final = PROJECT / "openapi" / "errors.json"
ERRORS_PAGE: Final = PROJECT / "docs" / "errors.md"
LAUNCH_ERRORS_JSON: Final = PROJECT / "openapi" / "launch-errors.json"
LAUNCH_ERRORS_PAGE: Final = PROJECT / "docs" / "launch-errors.md"
ACCOUNT_ERRORS_JSON: Final = PROJECT / "openapi" / "account-errors.json"
ACCOUNT_ERRORS_PAGE: Final = PROJECT / "docs" / "account-errors.md"

_PAGE_HEAD: Final = """\
# Errors

`make docs` writes this page from `casino.wallet.refusals` and the statuses of iGSP; do not edit.
The same table as data: [openapi/errors.json](../openapi/errors.json).

The body of every error is `{"error", "message", "status", "retryable", "trace_id"}`. A 402 also
holds `balance`, and `bet_already_refunded` holds `transaction_id`, our id of the first refund.
Decide by `error` and `retryable`; `message` is for people and may change.

- **4xx is definitive**: no money moved. Do not repeat the request as it is.
- **Retryable** errors have the status 5xx: send the same bytes again, with a fresh timestamp and
  signature.
- **Recorded** refusals of a bet, win or refund stand under their `transaction_id`: every copy gets
  the same body for ever. A balance query records nothing. Every other error leaves the id free.

| status | error | retryable | recorded | meaning | what to do next |
|---|---|---|---|---|---|
"""

_LAUNCH_PAGE_HEAD: Final = """\
# Errors of the session API

`make docs` writes this page from `casino.sessions.refusals`; do not edit. The same table as data:
[openapi/launch-errors.json](../openapi/launch-errors.json).

The body of every error is `{"error", "message", "status", "retryable", "trace_id"}`, with
`session_id` when the request wrote or found a session. Decide by `error` and `retryable`; `message`
is for people.

| status | error | retryable | meaning | what to do next |
|---|---|---|---|---|
"""

_ACCOUNT_PAGE_HEAD: Final = """\
# Errors of the casino's own API

`make docs` writes this page from `casino.accounts.refusals`; do not edit. The same table as data:
[openapi/account-errors.json](../openapi/account-errors.json).

The body of every error is `{"error", "message", "status", "retryable", "trace_id"}`; a withdrawal
that the ledger refuses also says what is `spendable`. Decide by `error` and `retryable`; `message`
is for people. After an error that is not retryable this request changes nothing any more.

| status | error | retryable | meaning | what to do next |
|---|---|---|---|---|
"""


def refusals() -> list[RefusalSpec]:
    """Return every refusal by iGSP's status, and within one status in the order of the table."""
    return sorted(REFUSALS.values(), key=lambda spec: STATUSES[spec.code])


def by_status(errors: Mapping[str, ApiError]) -> list[ApiError]:
    """Return every error of one of the platform's APIs in the same order."""
    return sorted(errors.values(), key=lambda error: error.status)


def errors_json() -> str:
    """Return the catalogue as data."""
    rows = [{"code": s.code, "status": STATUSES[s.code], **s._asdict()} for s in refusals()]
    return json.dumps({"errors": rows}, indent=2) + "\n"


def errors_page() -> str:
    """Return the catalogue as a page."""
    return _PAGE_HEAD + "".join(_row(spec) for spec in refusals())


def api_errors_json(errors: Mapping[str, ApiError]) -> str:
    """Return the errors of one of the platform's APIs as data."""
    return json.dumps({"errors": [e._asdict() for e in by_status(errors)]}, indent=2) + "\n"


def api_errors_page(head: str, errors: Mapping[str, ApiError]) -> str:
    """Return the errors of one of the platform's APIs as a page."""
    return head + "".join(
        f"| {spec.status} | `{spec.code}` | {'yes' if spec.retryable else 'no'} "
        f"| {spec.message} | {spec.next_step} |\n"
        for spec in by_status(errors)
    )


DOCUMENTS: Final[dict[Path, Callable[[], str]]] = {
    ERRORS_JSON: errors_json,
    ERRORS_PAGE: errors_page,
    LAUNCH_ERRORS_JSON: partial(api_errors_json, LAUNCH_ERRORS),
    LAUNCH_ERRORS_PAGE: partial(api_errors_page, _LAUNCH_PAGE_HEAD, LAUNCH_ERRORS),
    ACCOUNT_ERRORS_JSON: partial(api_errors_json, ACCOUNT_ERRORS),
    ACCOUNT_ERRORS_PAGE: partial(api_errors_page, _ACCOUNT_PAGE_HEAD, ACCOUNT_ERRORS),
    page.README: page.readme,
    page.PAGE: page.latest,
    capacity.CAPACITY: capacity.latest,
    picture.PICTURE: picture.picture,
    event_schemas.ASYNCAPI: event_schemas.asyncapi,
    event_schemas.RELEASED: event_schemas.released_table,
}
"""Every generated file, and the function that returns its text."""


def _row(spec: RefusalSpec) -> str:
    retryable, recorded = ("yes" if flag else "no" for flag in (spec.retryable, spec.recorded))
    return (
        f"| {STATUSES[spec.code]} | `{spec.code}` | {retryable} | {recorded} "
        f"| {spec.message} | {spec.next_step} |\n"
    )


def main() -> None:
    """Write the files, and name each."""
    for path, text in DOCUMENTS.items():
        path.write_text(text(), encoding="utf-8")
        print(path.relative_to(PROJECT))


if __name__ == "__main__":
    main()
