"""The invocation as Lambda describes it, for functions that watch their own time."""

from typing import Protocol


class Context(Protocol):
    """An invocation as Lambda describes it."""

    @property
    def invoked_function_arn(self) -> str:
        """Return the name to start the next run under."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the run may still take."""
