"""The codec reads JSON exactly, and nothing else."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casino.base.exact_json import MAX_DEPTH, MalformedJsonError, parse_object


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b' {"a" : 1.10 }\n', {"a": Decimal("1.10")}),
        (b'{"a":0.1}', {"a": Decimal("0.1")}),
        (b'{"a":1e400}', {"a": Decimal("1e400")}),
        (b'{"a":123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        (b'{"a":[1,null,true,{"b":"c"}]}', {"a": [1, None, True, {"b": "c"}]}),
        ('{"ä":"€"}'.encode(), {"ä": "€"}),
        (rb'{"a":"\ud83d\ude00"}', {"a": "😀"}),
        (rb'{"a":"\\ud83d"}', {"a": r"\ud83d"}),
    ],
)
def test_an_object_is_read_exactly(body: bytes, value: dict[str, Any]) -> None:
    assert parse_object(body) == value


def test_numbers_are_never_floats_however_long() -> None:
    digits = b"7" * 5000
    value = parse_object(b'{"a":' + digits + b',"b":0.' + digits + b"}")
    assert value["a"] == Decimal(digits.decode())
    assert value["b"] == Decimal("0." + digits.decode())


MALFORMED = {
    "nothing": b"",
    "text": b"bet",
    "an array": b'[{"a":1}]',
    "a string": b'"a"',
    "a number": b"1",
    "null": b"null",
    "two objects": b"{}{}",
    "a trailing comma": b'{"a":1,}',
    "a comment": b'{"a":1}//',
    "single quotes": b"{'a':1}",
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a":1}'.encode("utf-16-le"),
    "Latin-1": '{"a":"é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"a":"\xc0\xaf"}',
    "a raw surrogate": b'{"a":"\xed\xa0\x80"}',
    "a NUL byte": b'{"a":"\x00"}',
    "a raw newline in a string": b'{"a":"\n"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "minus Infinity": b'{"a":[-Infinity]}',
    "a plus sign": b'{"a":+1}',
    "a leading zero": b'{"a":01}',
    "a hexadecimal number": b'{"a":0x1}',
    "a bare point": b'{"a":1.}',
    "Arabic-Indic digits": '{"a":١٢}'.encode(),
    "duplicate keys": b'{"a":1,"a":1}',
    "duplicate keys, escaped": rb'{"a":1,"\u0061":2}',
    "duplicate keys below": b'{"a":[{"b":1,"b":2}]}',
    "a lone high surrogate": rb'{"a":"\ud83d"}',
    "a lone low surrogate": rb'{"a":"\uDE00"}',
    "surrogates in the wrong order": rb'{"a":"\ude00\ud83d"}',
    "a lone surrogate in a key": rb'{"\ud83d":1}',
    "a lone surrogate below": rb'{"a":[{"b":["\ud83d"]}]}',
    "an exponent without end": b'{"a":1e' + b"9" * 30 + b"}",
    "nesting beyond the limit": b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep arrays": b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep and never closed": b'{"a":' + b"[" * 30_000,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_acceptable_is_refused(name: str) -> None:
    with pytest.raises(MalformedJsonError):
        parse_object(MALFORMED[name])


def test_nesting_up_to_the_limit_is_read() -> None:
    inner = MAX_DEPTH - 1
    assert parse_object(b'{"a":' + b"[" * inner + b"]" * inner + b"}")


def test_the_refusal_does_not_quote_the_body() -> None:
    for body in (
        b'{"secret-word":NaN}',
        b'{"a":1,"secret-word"}',
        b'{"secret-word":1e%s}' % (b"9" * 30),
    ):
        with pytest.raises(MalformedJsonError) as caught:
            parse_object(body)
        assert "secret" not in str(caught.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=4), st.booleans())
def test_whatever_is_json_comes_back(value: dict[str, Any], ascii_only: bool) -> None:
    try:
        body = json.dumps(value, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    assert parse_object(body) == value


@given(st.binary(max_size=64))
@example(b'{"a":1}')
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        value = parse_object(body)
    except MalformedJsonError:
        return
    assert value == json.loads(body, parse_float=Decimal)
