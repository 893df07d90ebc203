"""What is promised of requests that change something once, of the fakes and DynamoDB alike."""

from dataclasses import replace

import pytest

from casino.audit.model import AnsweredError, AuditRecord, Once, OnceRecord, Who
from casino.wallet.model import Player
from testing.fakes import Casino
from testing.transactions import AT, PLAYER

ONCE = Once("key-1", "ab" * 32, 200, '{"done":true}')
ASKED = Who("an operator", "a test", ONCE).record("player#p1", "change", 0)


def test_only_a_request_leaves_an_answer(casino: Casino) -> None:
    assert isinstance(ASKED, OnceRecord)
    plain = Who("an operator").record("player#p1", "change", 0)
    assert type(plain) is AuditRecord
    casino.accounts.set_blocked(PLAYER, True, plain)
    assert casino.answers.find("key-1") is None


def test_an_answer_is_written_with_its_change_and_bars_every_other_one(casino: Casino) -> None:
    casino.accounts.set_blocked(PLAYER, True, ASKED)
    assert casino.answers.find("key-1") == ONCE
    with pytest.raises(AnsweredError):
        casino.accounts.set_blocked(PLAYER, False, ASKED)
    with pytest.raises(AnsweredError):
        casino.accounts.add_wallet(PLAYER, "JPY", ASKED)
    with pytest.raises(AnsweredError):
        casino.profiles.change(PLAYER, {"name": "Fox"}, ASKED)
    with pytest.raises(AnsweredError):
        casino.accounts.add_player(Player("p9", False, AT), ASKED, ("EUR",))
    player = casino.accounts.player(PLAYER)
    assert player is not None
    assert (player.blocked, player.name) == (True, None)
    assert casino.accounts.wallet(PLAYER, "JPY") is None
    assert casino.accounts.player("p9") is None


def test_what_stands_so_already_is_answered_all_the_same(casino: Casino) -> None:
    casino.profiles.change(PLAYER, {"kyc_level": "basic"})
    casino.profiles.change(PLAYER, {"kyc_level": "basic"}, ASKED)
    assert casino.answers.find("key-1") == ONCE
    with pytest.raises(AnsweredError):
        casino.profiles.change(PLAYER, {"kyc_level": "basic"}, ASKED)


def test_the_first_answer_under_a_key_stays(casino: Casino) -> None:
    assert casino.answers.put_if_absent(ONCE)
    assert not casino.answers.put_if_absent(replace(ONCE, status=404))
    assert casino.answers.find("key-1") == ONCE
    assert casino.answers.put_if_absent(replace(ONCE, key="key-2"))
    with pytest.raises(AnsweredError):
        casino.accounts.set_blocked(PLAYER, True, ASKED)


def test_a_player_is_made_with_its_wallets_or_not_at_all(casino: Casino) -> None:
    made = Player("p9", False, AT, name="Fox", kyc_level="basic")
    assert casino.accounts.add_player(made, ASKED, ("EUR", "JPY"))
    assert casino.accounts.player("p9") == made
    found = [(wallet.currency, wallet.balance_minor) for wallet in casino.accounts.wallets("p9")]
    assert sorted(found) == [("EUR", 0), ("JPY", 0)]
    again = Who("an operator", "a test", replace(ONCE, key="key-2")).record("player#p9", "add", 0)
    assert not casino.accounts.add_player(replace(made, name="Wolf"), again, ("USD",))
    assert casino.accounts.player("p9") == made
    assert casino.accounts.wallet("p9", "USD") is None
    assert casino.answers.find("key-2") is None, "nothing was changed"
