"""Reads the steps of a scenario: a line each, a request on the left of `|` and its answer right.

    bet b 2.50 round=r             | debits
    again b                        | same
    8x bet c 1.00                  | one debits
    4* bet d all/2                 | some debits
    & refund f of=b                | credits
    bet e 1.00 !time=-301 -game_id | refused 401,403

Left: `&` sends it together with the line above; `8x` sends eight copies at once, `4*` four
different ones (`#` in an id is the number); then the verb, the name of the transaction, the amount
(`=b`: that of b). `@2` is the second player of the scenario. `round=r`, `of=b` are ids that the kit
makes, `key=value` and `key:=json` set a field, `-key` leaves it out, `!tweak` spoils the request.

Right: `ok`, `debits`, `credits` (the amount, or `credits=2.50`), `refused`, `failed`, `lost`,
`answered` (ok or refused), `some` (the same; what was accepted moves the money), `seen` (anything);
statuses, `error=code`, `has=field`; `alike` and `same` compare with the first answer, `one` wants
one outcome for all copies, `rival` at most one accepted of those sent at once, `ladder` a balance
for each, `unique` a new reference, `start` the balance that there was at first, `bare` any form.
"""

import json
import re
from typing import Any, Final

from certify.model import Amount, Expect, Step

#: Ids that the kit makes, beside the transaction's own.
IDS: Final = ("round", "of", "key", "event")
_HEAD: Final = re.compile(r"(?:(&) )?(?:(\d+)([x*]) )?([\w-]+)(.*)")
_AMOUNT: Final = re.compile(r"(all)?(?:/(\d+))?([+-]?\d+\.\d\d)?")
_KINDS: Final = {
    "ok": {"ok"},
    "refused": {"refused"},
    "failed": {"failed"},
    "lost": {"lost"},
    "answered": {"ok", "refused"},
    "some": {"ok", "refused"},
    "seen": set[str](),
}


class LanguageError(ValueError):
    """A step is not written as the language wants it."""


def read_step(text: str) -> Step:
    """Return the step of a line; raises `LanguageError`."""
    asked, bar, expected = text.partition("|")
    head = _HEAD.fullmatch(asked.strip())
    if head is None or not bar:
        raise LanguageError(f"no step: {text}")
    joined, count, kind, verb, rest = head.groups()
    step: dict[str, Any] = {"ids": {}, "fields": {}, "tweaks": {}, "without": set(), "name": ""}
    for word in rest.split():
        _read_word(word, step, text)
    step["without"] = frozenset(step["without"])
    return Step(
        " ".join(text.split()),
        verb,
        expect=_read_expect(expected.split(), text),
        count=int(count or 1),
        different=kind == "*",
        joined=bool(joined),
        **step,
    )


def _read_word(word: str, step: dict[str, Any], text: str) -> None:
    key, is_json, value = word.partition(":=")
    if word.startswith("!"):
        name, _, how = word[1:].partition("=")
        step["tweaks"][name] = how
    elif word.startswith("-"):
        step["without"].add(word[1:])
    elif re.fullmatch(r"@\d", word):
        step["seat"] = int(word[1:]) - 1
    elif word.startswith("="):
        step["amount_of"] = word[1:]
    elif is_json:
        try:
            step["fields"][key] = json.loads(value)
        except ValueError as error:
            raise LanguageError(f"no JSON {value!r}: {text}") from error
    elif "=" in word:
        key, _, value = word.partition("=")
        step["ids" if key in IDS else "fields"][key] = value
    elif re.fullmatch(r"[a-z]\w*#?", word) and not word.startswith("all"):
        step["name"] = word
    else:
        step["amount"] = _read_amount(word, text)


def _read_amount(word: str, text: str) -> Amount:
    found = _AMOUNT.fullmatch(word)
    if found is None or not word:
        raise LanguageError(f"no amount {word!r}: {text}")
    whole, divisor, fixed = found.groups()
    return Amount(_minor(fixed or "0"), bool(whole), int(divisor or 1))


def _minor(text: str) -> int:
    return int(text.replace(".", ""))


def _read_expect(words: list[str], text: str) -> Expect:
    said: dict[str, Any] = {"kinds": set(), "effect": 0}
    for word in words:
        key, _, value = word.partition("=")
        if key in _KINDS:
            said["kinds"] |= _KINDS[key]
        elif key in ("debits", "credits"):
            said["effect"] = 1 if key == "credits" else -1
            said["credit"] = _minor(value) if value else None
        elif key in ("alike", "same"):
            said["like"] = key
        elif key in ("one", "ladder", "unique", "start", "rival", "bare"):
            said[key] = True
        elif key == "error":
            said["code"] = value
        elif key == "has":
            said["holds"] = value
        elif re.fullmatch(r"\d{3}(,\d{3})*", word):
            said["statuses"] = frozenset(map(int, word.split(",")))
        else:
            raise LanguageError(f"no expectation {word!r}: {text}")
    if said["effect"] and not said["kinds"] and "seen" not in words:
        said["kinds"] = {"ok"}
    return Expect(**said | {"kinds": frozenset(said["kinds"])})
