"""What the four hooks may hold, field by field."""

import json
from decimal import Decimal
from typing import Any

import pytest

from casino.base.errors import RequestRefusedError
from casino.dialects.igsp.requests import Action, parse_hook
from casino.wallet.model import Transaction
from casino.wallet.queries import BalanceQuery
from testing.hooks import encode

BASE: dict[str, Any] = {
    "player_id": "player-912",
    "currency": "EUR",
    "amount": Decimal("2.50"),
    "game_id": "g1",
    "transaction_id": "tx-1",
    "session_id": "s1",
}
HOOKS: dict[str, dict[str, Any]] = {
    "balance": {"action": "balance", "player_id": "player-912", "currency": "EUR"},
    "bet": {"action": "bet", "type": "bet", "round_id": "r1"} | BASE,
    "win": {"action": "win", "type": "jackpot", "round_id": "r1"} | BASE,
    "refund": {"action": "refund", "type": "bet", "bet_transaction_id": "bet-1"} | BASE,
}
MONEY = ["bet", "win", "refund"]
OPTIONAL = {"session_id": ["balance"], "round_id": ["bet", "win"], "finished": MONEY}


def parse(
    fields: dict[str, Any] | bytes, route: Action | None = None
) -> BalanceQuery | Transaction:
    body = fields if isinstance(fields, bytes) else encode(fields)
    return parse_hook(body, route, "sandbox", "trace-1")


def transaction(fields: dict[str, Any] | bytes) -> Transaction:
    parsed = parse(fields)
    assert isinstance(parsed, Transaction)
    return parsed


def refusal(fields: dict[str, Any] | bytes, route: Action | None = None) -> str:
    with pytest.raises(RequestRefusedError) as caught:
        parse(fields, route)
    return caught.value.code


def test_a_balance_query_has_an_optional_session() -> None:
    assert parse(HOOKS["balance"]) == BalanceQuery("sandbox", "player-912", "EUR", None, "trace-1")
    asked = parse(HOOKS["balance"] | {"session_id": "s1"})
    assert asked == BalanceQuery("sandbox", "player-912", "EUR", "s1", "trace-1")


def test_a_bet_becomes_a_transaction_in_minor_units() -> None:
    assert transaction(HOOKS["bet"] | {"finished": True}) == Transaction(
        integration="sandbox",
        transaction_id="tx-1",
        kind="bet",
        type="bet",
        player_id="player-912",
        currency="EUR",
        amount_minor=250,
        game_id="g1",
        session_id="s1",
        round_id="r1",
        finished=True,
        trace_id="trace-1",
    )


def test_a_refund_names_its_bet_and_no_round() -> None:
    refund = transaction(HOOKS["refund"] | {"round_id": "r1"})
    assert (refund.bet_transaction_id, refund.round_id) == ("bet-1", None)


@pytest.mark.parametrize(
    ("action", "kinds"),
    [
        ("bet", ["bet", "tip", "freespin"]),
        ("win", ["win", "jackpot", "freespin", "tournament", "prize"]),
        ("refund", ["bet", "tip", "freespin"]),
    ],
)
def test_each_action_has_its_own_types(action: str, kinds: list[str]) -> None:
    for kind in kinds:
        assert transaction(HOOKS[action] | {"type": kind}).type == kind
    for kind in {"bet", "tip", "win", "jackpot", "prize", "Bet", "", "deposit"} - set(kinds):
        assert refusal(HOOKS[action] | {"type": kind}) == "invalid_request"


@pytest.mark.parametrize("action", HOOKS)
def test_every_field_but_the_optional_ones_is_required(action: str) -> None:
    for name in HOOKS[action]:
        fields = {key: value for key, value in HOOKS[action].items() if key != name}
        if action in OPTIONAL.get(name, ()):
            parse(fields)
        else:
            assert refusal(fields) == "invalid_request", name


@pytest.mark.parametrize("wrong", [None, 1, True, Decimal("1.5"), [], ["x"], {}, {"a": 1}])
@pytest.mark.parametrize("action", HOOKS)
def test_a_field_of_the_wrong_type_is_refused(action: str, wrong: Any) -> None:
    for name in HOOKS[action]:
        if name == "amount" and isinstance(wrong, int | Decimal) and wrong is not True:
            continue
        if wrong is None and action in OPTIONAL.get(name, ()):
            continue
        expected = "unsupported_action" if name == "action" else "invalid_request"
        assert refusal(HOOKS[action] | {name: wrong}) == expected, name


@pytest.mark.parametrize("wrong", [1, 0, "true", "", [], {}])
def test_finished_is_a_boolean(wrong: Any) -> None:
    for action in MONEY:
        assert refusal(HOOKS[action] | {"finished": wrong}) == "invalid_request"


@pytest.mark.parametrize("value", [None, False])
def test_finished_is_optional(value: Any) -> None:
    for action in MONEY:
        assert transaction(HOOKS[action] | {"finished": value}).finished is False


IDS = ["player_id", "game_id", "transaction_id", "session_id", "round_id"]


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize(
    "wrong",
    ["", "a" * 257, "a\x00", "a\nb", "tab\t", "\x7f", "\x85", "\r", "a\n", "\n"],
    ids=repr,
)
def test_an_identifier_is_short_and_has_no_control_character(name: str, wrong: str) -> None:
    if wrong == "" and name == "round_id":
        assert transaction(HOOKS["bet"] | {name: wrong}).round_id is None
        return
    assert refusal(HOOKS["bet"] | {name: wrong}) == "invalid_request"


def test_a_bet_reference_ends_without_a_newline() -> None:
    fields = HOOKS["refund"] | {"bet_transaction_id": "bet-1\n"}
    assert refusal(fields) == "invalid_request"


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("value", ["a", "a" * 256, "😀" * 256, "a b", "a#b/c?d=%00", "Ünï"])
def test_any_other_text_is_an_identifier(name: str, value: str) -> None:
    assert getattr(transaction(HOOKS["bet"] | {name: value}), name) == value


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("-1", "invalid_request"),
        ("-0.01", "invalid_request"),
        ('"2.50"', "invalid_request"),
        ("true", "invalid_request"),
        ("null", "invalid_request"),
        ("1e400", "invalid_request"),
        ("1e999999999999", "invalid_request"),
        ("9" * 5000, "invalid_request"),
        ("1000000000000.01", "invalid_request"),
        ("NaN", "malformed_json"),
        ("Infinity", "malformed_json"),
        ("-Infinity", "malformed_json"),
        ("1e" + "9" * 40, "malformed_json"),
        ("2.505", "amount_precision"),
        ("0.001", "amount_precision"),
        ("1e-9999", "amount_precision"),
    ],
    ids=lambda text: text[:20],
)
def test_an_amount_that_is_none_is_refused(amount: str, code: str) -> None:
    for action in MONEY:
        body = encode(HOOKS[action]).replace(b"2.50", amount.encode())
        assert refusal(body) == code


@pytest.mark.parametrize("currency", ["eur", "XXX", "", "EURO", "EUR "])
def test_a_currency_must_be_known(currency: str) -> None:
    for action in HOOKS:
        body = encode(HOOKS[action] | {"currency": currency})
        with pytest.raises(RequestRefusedError, match="unsupported_currency"):
            parse_hook(body, None, "sandbox", "trace-1")


@pytest.mark.parametrize(
    "action", ["credit", "", "Bet", "bet ", "deposit", "withdrawal", "rollback"]
)
def test_an_unknown_action_is_unsupported(action: str) -> None:
    assert refusal(HOOKS["bet"] | {"action": action}) == "unsupported_action"


@pytest.mark.parametrize("action", HOOKS)
def test_m1_no_url_supplies_an_action_or_takes_another(action: Action) -> None:
    assert parse(HOOKS[action], action) == parse(HOOKS[action])
    unnamed = {name: value for name, value in HOOKS[action].items() if name != "action"}
    for route in (None, action):
        assert refusal(unnamed, route) == "invalid_request"
    for other in {"balance", "bet", "win", "refund", "x", None, 1} - {action}:
        assert refusal(HOOKS[action] | {"action": other}, action) == "unsupported_action"


@pytest.mark.parametrize("action", ["bet", "win"])
def test_m1_only_a_refund_names_a_bet(action: Action) -> None:
    named = HOOKS[action] | {"bet_transaction_id": "bet-1"}
    assert refusal(named) == "invalid_request"
    for absent in ("", None):
        transaction(HOOKS[action] | {"bet_transaction_id": absent})


def test_a7_of_many_unknown_fields_digest_and_size_are_kept() -> None:
    most = '{"note":"' + "x" * (2_048 - 11) + '"}'
    note = json.loads(most)
    assert transaction(HOOKS["bet"] | note).extra == most
    kept = json.loads(transaction(HOOKS["bet"] | {"note": note["note"] + "x"}).extra or "")
    assert kept["bytes"] == 2_049
    assert len(kept["sha256"]) == 64


def test_unknown_fields_are_kept_for_audit_with_exact_numbers() -> None:
    body = encode(HOOKS["bet"])[:-1] + b', "note": "\xc3\xbc", "odds": [1.10, 1e2], "big": 1e400}'
    extra = transaction(body).extra
    assert extra is not None
    assert json.loads(extra, parse_float=Decimal) == {
        "note": "ü",
        "odds": [Decimal("1.10"), Decimal("100")],
        "big": Decimal("1e400"),
    }
    assert transaction(HOOKS["bet"]).extra is None


def test_the_fingerprint_ignores_spelling_and_sees_every_field_that_counts() -> None:
    plain = transaction(HOOKS["bet"])
    respelt = json.dumps(HOOKS["bet"] | {"amount": 0}, indent=2, sort_keys=True)
    again = transaction(respelt.replace('"amount": 0', '"amount": 2.500').encode())
    assert again.fingerprint() == plain.fingerprint()
    ignored = {"session_id": "s2", "comment": "x"}
    assert transaction(HOOKS["bet"] | ignored).fingerprint() == plain.fingerprint()
    changes: dict[str, Any] = {
        "player_id": "p",
        "currency": "USD",
        "amount": Decimal("2.51"),
        "type": "tip",
        "game_id": "g2",
        "round_id": "r2",
        "finished": True,
    }
    changed = {name: transaction(HOOKS["bet"] | {name: changes[name]}) for name in changes}
    prints = {name: request.fingerprint() for name, request in changed.items()}
    assert len({plain.fingerprint(), *prints.values()}) == len(changes) + 1


def test_fields_of_a_fingerprint_do_not_run_together() -> None:
    one = transaction(HOOKS["bet"] | {"game_id": "g1", "round_id": "2:r1"})
    other = transaction(HOOKS["bet"] | {"game_id": "g12", "round_id": ":r1"})
    assert one.fingerprint() != other.fingerprint()
