"""The error that an operator reads when a verb cannot do what was asked."""


class OpsError(Exception):
    """A verb failed: `code` for scripts, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
