"""The errors that every context shares.

The tree of exceptions (a refusal that the wallet *decides* is a value, not an exception):

    CasinoError
    ├── AdminError             what somebody who runs the casino asked for cannot be done
    ├── FunctionFailedError    a function that was asked raised an error of its own
    ├── RequestRefusedError    the request never reached a decision; definitive, nothing moved
    └── RetryableError         the same request may be sent again unchanged
        ├── BusyError          not processed: contention or throttling outlasted the retry budget
        ├── UnavailableError   not processed: something that the decision needs cannot be read
        └── OutcomeUnknownError  a write was sent and its outcome could not be learnt in time
"""


class CasinoError(Exception):
    """Root of every error that the wallet raises on purpose."""


class AdminError(CasinoError):
    """What somebody who runs the casino asked for cannot be done: `code` for programs, the message
    for people, who may read all of it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FunctionFailedError(CasinoError):
    """A function that was asked raised an error; the message is its own, or empty."""


class RequestRefusedError(CasinoError):
    """The request never reached a decision: `code` says why, `detail` says what to correct."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class RetryableError(CasinoError):
    """The platform cannot answer now; the same request may be sent again.

    `conflicts` counts the commits that somebody else overtook before it was given up.
    """

    code = "unavailable"

    def __init__(self, message: str = "", *, conflicts: int = 0) -> None:
        super().__init__(message)
        self.conflicts = conflicts


class BusyError(RetryableError):
    """Contention or throttling outlasted the retry budget; this request was not processed."""

    code = "busy"


class UnavailableError(RetryableError):
    """Something that the decision needs cannot be read; this request was not processed."""


class OutcomeUnknownError(RetryableError):
    """A write was sent and its outcome could not be learnt in time."""

    code = "outcome_unknown"
