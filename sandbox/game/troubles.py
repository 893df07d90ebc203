"""What can go wrong on a simulated studio's line to the wallet: the kinds, and one of them armed.

    delay        the request leaves `delay_s` late
    double       it arrives twice; the first answer counts
    reorder      it arrives behind the studio's next message; until then nobody answers
    drop         it never arrives
    drop-answer  the wallet carries it out, and its answer is lost
    skew         the studio's clock is `skew_s` off when it signs
    signature    one digit of its signature is another
    session      it names the session `session` in place of the player's
    down         the studio is cut off: it sends neither the message nor a copy of it

`reorder` and `down` meet a message with all its copies, the others one request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

#: Kind → its option with what it is unless told, if it has one.
KINDS: Final[Mapping[str, Mapping[str, float | str]]] = {
    "delay": {"delay_s": 2.0},
    "double": {},
    "reorder": {},
    "drop": {},
    "drop-answer": {},
    "skew": {"skew_s": -600.0},
    "signature": {},
    "session": {"session": ""},
    "down": {},
}
OF_MESSAGES: Final = ("reorder", "down")
_MOST_TIMES: Final = 100
_FROM_TO: Final = {"delay_s": (0.0, 20.0), "skew_s": (-86_400.0, 86_400.0)}


class TroubleError(ValueError):
    """There is no such trouble; the message says what there is."""


@dataclass
class Trouble:
    """One kind of trouble, for the next `times` requests after `after` others."""

    kind: str
    options: Mapping[str, Any]
    times: int
    after: int
    met: int = 0

    def describe(self) -> dict[str, Any]:
        """Return it as the admin route shows it."""
        counts = {"times": self.times, "after": self.after, "met": self.met}
        return {"kind": self.kind, **self.options, **counts}


def trouble(wanted: Mapping[str, Any]) -> Trouble:
    """Return a trouble as the admin route takes it: kind, `times`, `after` and its option.

    Raises `TroubleError`.
    """
    rest = dict(wanted)
    kind, times, after = rest.pop("kind", None), rest.pop("times", 1), rest.pop("after", 0)
    if kind not in KINDS:
        raise TroubleError(f"kind must be one of {', '.join(KINDS)}")
    if type(times) is not int or not 1 <= times <= _MOST_TIMES:
        raise TroubleError(f"times is a whole number from 1 to {_MOST_TIMES}")
    if type(after) is not int or not 0 <= after <= _MOST_TIMES:
        raise TroubleError(f"after is a whole number from 0 to {_MOST_TIMES}")
    if not rest.keys() <= KINDS[kind].keys():
        raise TroubleError(f"options of {kind}: {', '.join(KINDS[kind]) or 'none'}")
    options = {**KINDS[kind], **rest}
    for name, value in options.items():
        if name in _FROM_TO:
            least, most = _FROM_TO[name]
            if type(value) not in (int, float) or not least <= value <= most:
                raise TroubleError(f"{name} is a number from {least:g} to {most:g}")
        elif not isinstance(value, str) or not value:
            raise TroubleError(f"{name} is a text")
    return Trouble(kind, options, times, after)
