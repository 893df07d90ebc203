"""Bodies that a provider signed and no wallet may take: wrong JSON, wrong types, wrong sizes."""

import json
from collections.abc import Iterator
from typing import Any

from casino.wallet.dialect import MAX_BODY
from tests.functional.wallet.mutants import Mutant, hostile

IDS = ("player_id", "game_id", "transaction_id", "session_id", "round_id", "bet_transaction_id")
OPTIONAL = {"balance": {"session_id"}, "bet": {"round_id"}, "win": {"round_id"}, "refund": set()}

#: JSON that is no text.
NO_TEXT = ["0", "1", "-1", "1.5", "1e3", "true", "false", "[]", "{}", '["x"]', '{"x":"x"}']
NO_AMOUNT = [
    "null",
    "true",
    "false",
    '""',
    '"2.50"',
    '"1e3"',
    "[2.50]",
    '{"amount":2.50}',
    "-0.01",
    "-1",
    "-1e-2",
    "1e400",
    "1e13",
    "1E+99999",
    "1e999999999999",
    "-1e999999999999",
    "1e-400",
    "1e-999999999999",
    "0.001",
    "2.505",
    "1000000000000.01",
    "1000000000001",
    "9" * 99,
    "9" * 100,
    "9" * 5_000,
    "-" + "9" * 5_000,
    "0." + "9" * 5_000,
    "2.5" + "0" * 5_000,
    "1" + "0" * 4_300 + "e-4300",
]
NO_JSON = [
    "NaN",
    "-NaN",
    "Infinity",
    "-Infinity",
    "nan",
    "1e" + "9" * 30,
    "-1e-" + "9" * 30,
    "01",
    "+1",
    "1.",
    ".5",
    "1e",
    "0x10",
    "1_000",
    "1,5",
    "١٢",
    "\uff12",
    "True",
    "None",
    "undefined",
    "'x'",
    "x",
    "",
    '"\n"',
    '"\t"',
    '"\x00"',
    '"\x1f"',
    r'"\x41"',
    r'"\u12"',
    '"',
    r'"\ud800"',
    r'"\udfff"',
    r'"a\ud83dz"',
    r'"\ude00\ud83d"',
    r'"\uD800\uD800"',
    r'["\ud800"]',
    r'{"\udc00":1}',
    '{"a":1,"a":1}',
    r'{"a":1,"\u0061":2}',
    '[[{"b":{"c":1,"c":1}}]]',
    "[" * 16 + "]" * 16,
    "[" * 17 + "1" + "]" * 17,
    '{"a":' * 16 + "1" + "}" * 16,
    "[" * 1_000 + "]" * 1_000,
    "[" * 10_000 + "]" * 10_000,
    '{"a":' * 5_000 + "1" + "}" * 5_000,
    "[" * 30_000,
    '{"":' * 8_000,
]
#: Bytes that no UTF-8 text holds.
NO_UTF8 = [
    b"\x80",
    b"\xff",
    b"\xfe\xff",
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xe0\x80\x80",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf0\x80\x80\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xe2\x82",
    b"\xc3",
]


def hostile_bodies(fields: dict[str, str]) -> Iterator[Mutant]:
    """Yield every hostile form of a hook, given as field → JSON text."""
    yield from _wrong_values(fields)
    yield from _broken_json(fields)
    yield from _doubled_keys(fields)
    yield from _broken_bytes(fields)
    yield from _wrong_shapes(fields)
    yield from _too_large(fields)


def write(fields: dict[str, str]) -> bytes:
    """Return the object with these fields."""
    members = (f"{json.dumps(name)}:{value}" for name, value in fields.items())
    return ("{" + ",".join(members) + "}").encode()


def _wrong_values(fields: dict[str, str]) -> Iterator[Mutant]:
    action = json.loads(fields["action"])
    for name in sorted(fields.keys() - {"comment"}):
        optional = name in OPTIONAL[action]
        if not optional:
            rest = {key: value for key, value in fields.items() if key != name}
            yield hostile(f"no {name}", write(rest))
            yield hostile(f"{name} in capitals", write(rest | {name.upper(): fields[name]}))
        no_text = NO_TEXT if optional else [*NO_TEXT, "null"]
        for value in NO_AMOUNT if name == "amount" else no_text:
            yield hostile(f"{name} of a wrong kind", write(fields | {name: value}))
    for name in [name for name in IDS if name in fields]:
        for code in (*range(0x20), *range(0x7F, 0xA0)):
            for text in (chr(code), f"a{chr(code)}b", chr(code) + "a", "a" + chr(code)):
                wrong = write(fields | {name: json.dumps(text)})
                yield hostile(f"{name} with a control character", wrong)
        # An empty optional id counts as none.
        empty = [] if name in OPTIONAL[action] else [""]
        for text in (*empty, "x" * 257, "😀" * 257):
            yield hostile(f"{name} of a wrong length", write(fields | {name: json.dumps(text)}))
    for action in ("", "BET", "bet ", "credit", "rollback", "deposit", "__class__", "x" * 999):
        yield hostile("unknown action", write(fields | {"action": json.dumps(action)}))
    for currency in ("eur", "EURO", "€", "XXX", "EUR\x00", "EU", "", "E\u0055R ", "\u0415UR"):
        wrong = write(fields | {"currency": json.dumps(currency, ensure_ascii=False)})
        yield hostile("unknown currency", wrong)
    if "type" in fields:
        for kind in ("", "BET", "deposit", "withdrawal", "bet ", "x" * 999):
            yield hostile("unknown type", write(fields | {"type": json.dumps(kind)}))
        for value in ("0", "1", '"true"', '""', "[]", "{}", "1e400", "9" * 5_000):
            yield hostile("finished of a wrong kind", write(fields | {"finished": value}))


def _broken_json(fields: dict[str, str]) -> Iterator[Mutant]:
    for value in NO_JSON:
        for name in (*fields, "comment"):
            yield hostile("a value that is no JSON", write(fields | {name: value}))
    whole = write(fields)
    for length in range(len(whole)):
        if _ends_a_character(whole, length):
            yield hostile("a body cut short", whole[:length])
    for place, sign in enumerate(whole):
        if chr(sign) in '{}[],:"':
            yield hostile("a body without one sign", whole[:place] + whole[place + 1 :])
            twice = whole[:place] + bytes([sign]) + whole[place:]
            if sign not in b'"' or whole[place - 1 : place + 2] != b'""':
                yield hostile("a body with one sign twice", twice)


def _ends_a_character(whole: bytes, length: int) -> bool:
    return length == len(whole) or whole[length] & 0xC0 != 0x80


def _doubled_keys(fields: dict[str, str]) -> Iterator[Mutant]:
    whole = write(fields).decode()
    for name, value in fields.items():
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in name)
        for key in (name, escaped, f"\\u{ord(name[0]):04x}{name[1:]}"):
            for other in (value, "null", '"x"', "0.01"):
                after = f'{whole[:-1]},"{key}":{other}}}'
                before = f'{{"{key}":{other},{whole[1:]}'
                yield hostile(f"{name} twice", after.encode())
                yield hostile(f"{name} twice", before.encode())
    for depth in range(1, 15):
        inner = '{"a":' * depth + '{"b":1,"b":1}' + "}" * depth
        yield hostile("keys twice below", write(fields | {"comment": inner}))


def _broken_bytes(fields: dict[str, str]) -> Iterator[Mutant]:
    whole = write(fields)
    for wrong in NO_UTF8:
        for place in range(0, len(whole) + 1, 3):
            if place == len(whole) or whole[place] & 0xC0 != 0x80:
                yield hostile("bytes that are no UTF-8", whole[:place] + wrong + whole[place:])
    text = whole.decode()
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp500"):
        wrong = text.encode(encoding, "replace")
        if wrong != whole:
            yield hostile(f"a body in {encoding}", wrong)


def _wrong_shapes(fields: dict[str, str]) -> Iterator[Mutant]:
    whole = write(fields).decode()
    shapes: list[Any] = ["", "null", "true", "0", '"x"', "[]", "{}", "[[]]", " ", "\x00", "\ufeff"]
    shapes += [
        f"[{whole}]",
        f"[{whole},{whole}]",
        whole + whole,
        f"{whole}\n{whole}",
        json.dumps(whole),
    ]
    shapes += [f"{whole},", f"({whole})", f"while(1);{whole}", f"{whole}//", f"/**/{whole}"]
    shapes += ["action=bet&amount=2.50", "<bet/>", "%7B%7D", f"{whole}\x00", f"\ufeff{whole}"]
    for shape in shapes:
        yield hostile("a body that is no hook", shape.encode())


def _too_large(fields: dict[str, str]) -> Iterator[Mutant]:
    whole = write(fields)
    for size in (MAX_BODY + 1, MAX_BODY * 4 // 3 + 3, MAX_BODY * 4 // 3 + 5, 200_000):
        yield hostile("spaces without end", whole + b" " * (size - len(whole)))
        yield hostile("a field without end", write(fields | {"comment": f'"{"x" * size}"'}))
        yield hostile("digits without end", write(fields | {"amount": "9" * size}))
        yield hostile("brackets without end", b"[" * size)
    for name in fields:
        yield hostile(f"a huge {name}", write(fields | {name: f'"{"x" * MAX_BODY}"'}))
