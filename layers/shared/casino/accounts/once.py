"""Changes something once for each key that a caller chooses, and answers every copy alike.

The answer is written in the transaction of the change. A refusal is written before it is given, so
that it never stands beside a change that may still land.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from casino.accounts.ports import Answers
from casino.audit.model import AnsweredError, Once
from casino.base.errors import AdminError, BusyError
from casino.wallet.dialect import Answer

#: What the request alone decides: every copy meets it again, and the key stays free.
_UNRECORDED: Final = frozenset({"invalid_request", "unsupported_currency"})

type Change = Callable[[Once], object]
type Refused = Callable[[AdminError], Answer]


@dataclass(frozen=True, slots=True)
class Repeats:
    """The use case."""

    answers: Answers

    def once(self, asked: Once, change: Change, refused: Refused) -> tuple[Once, bool]:
        """Return the answer of the first request under the key, and whether this is a copy of it.

        `change` makes the change together with the answer that it is handed, or with another one
        that it returns, and `refused` says how a refusal is answered. Raises `AdminError` for
        another request under the key and for one that is not valid, and `RetryableError`: then the
        same request settles it.
        """
        known = self.answers.find(asked.key)
        if known is None:
            made = self._tried(asked, change, refused)
            if made is not None:
                return made, False
            known = self.answers.find(asked.key)
        if known is None:
            raise BusyError("the answer cannot be read yet")
        if known.fingerprint != asked.fingerprint:
            raise AdminError("transaction_mismatch", "")
        return known, True

    def _tried(self, asked: Once, change: Change, refused: Refused) -> Once | None:
        """Return the answer that was written now; `None` when the key has another one."""
        try:
            made = change(asked)
        except AnsweredError:
            return None
        except AdminError as error:
            if error.code in _UNRECORDED:
                raise
            status, body = refused(error)
            refusal = replace(asked, status=status, body=body)
            return refusal if self.answers.put_if_absent(refusal) else None
        return made if isinstance(made, Once) else asked
