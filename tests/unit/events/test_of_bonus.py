"""What is told of bonus money: a grant, its progress in tenths, its end."""

from dataclasses import replace
from typing import Final

import pytest

from casino.accounts.answers import PlatformWords
from casino.audit.model import Who
from casino.bonus.decide import ended, granted
from casino.bonus.model import Bonus, BonusTerms
from casino.integrations.model import WalletTerms
from casino.wallet.bonus_grant import (
    BonusRequest,
    bonus_commit_for,
    decide_bonus,
    end_request,
    grant_request,
)
from casino.wallet.decision import Posting, Snapshot
from casino.wallet.model import Entry
from testing.transactions import AT, NOW, PLAYER, a_bet, a_win
from tests.unit.events.told import WALLET, entry_of, events_of

TERMS: Final = BonusTerms("b1", 2_000, 4_000, NOW + 9, "bonus_first", max_bet_minor=500)
WHO: Final = Who("arn", "why").written()


def playing(wagered_minor: int = 0, balance_minor: int = 2_000) -> Bonus:
    bonus = granted(Bonus(), TERMS)
    assert bonus.grant is not None
    grant = replace(bonus.grant, wagered_minor=wagered_minor, balance_minor=balance_minor)
    return replace(bonus, grant=grant)


def recorded(request: BonusRequest, bonus: Bonus | None) -> Entry:
    snapshot = Snapshot(wallet=replace(WALLET, bonus=bonus))
    decision = decide_bonus(snapshot, request, WalletTerms(), NOW)
    assert isinstance(decision, Posting)
    return bonus_commit_for(snapshot, request, decision, AT, PlatformWords()).entry


def test_a_grant_is_told_with_what_it_asks_for() -> None:
    told = events_of(recorded(grant_request(PLAYER, "EUR", TERMS, WHO, "t"), None))
    assert told.keys() == {"wallet.credit.completed", "bonus.issued"}
    issued = told["bonus.issued"].payload
    money = {name: issued[name]["minor"] for name in ("amount", "required", "max_bet")}
    assert money == {"amount": "2000", "required": "4000", "max_bet": "500"}
    assert (issued["order"], issued["pays"]) == ("bonus_first", "cash")
    moved = told["wallet.credit.completed"].payload
    assert (moved["amount"]["minor"], moved["postings_minor"]["bonus"]) == ("0", "2000")


@pytest.mark.parametrize(
    ("before", "stake", "told"),
    [
        *((0, 399, None), (0, 400, False), (399, 1, False), (400, 399, None)),
        *((3_600, 399, None), (3_600, 400, True), (3_999, 500, True), (4_000, 400, None)),
    ],
)
def test_progress_is_told_at_each_tenth_and_met_once(
    before: int, stake: int, told: bool | None
) -> None:
    wallet = replace(WALLET, bonus=playing(before))
    events = events_of(entry_of(a_bet(amount_minor=stake, round_id="r1"), wallet=wallet))
    progress = events.get("wager.progress.updated")
    assert (None if progress is None else progress.payload["met"]) == told
    if progress is not None:
        assert progress.payload["wagered"]["minor"] == str(before + stake)
        assert progress.sequence == events["bet.authorized"].sequence
    assert events["bet.authorized"].payload["funded_by"] == "bonus"


def test_a_bet_without_a_grant_tells_of_no_progress() -> None:
    for bonus in (None, ended(playing(), converted=True)):
        events = events_of(entry_of(a_bet(), wallet=replace(WALLET, bonus=bonus)))
        assert events.keys() == {"wallet.debit.completed", "bet.authorized"}
        assert events["bet.authorized"].payload["funded_by"] == "player"


def test_a_stake_of_both_says_so_and_a_win_of_the_player_alone_is_no_bonus() -> None:
    wallet = replace(WALLET, bonus=playing(balance_minor=100))
    bet = events_of(entry_of(a_bet(round_id="r1"), wallet=wallet))["bet.authorized"]
    assert bet.payload["funded_by"] == "player and bonus"
    win = events_of(entry_of(a_win(round_id="r9"), wallet=wallet))["bet.settled"]
    assert win.payload["in_bonus"] is False


@pytest.mark.parametrize(
    ("kind", "reason", "wagered", "outcome", "wallet_event"),
    [
        ("bonus_conversion", "wagered", 4_000, "converted", "wallet.credit.completed"),
        ("bonus_forfeiture", "revoked", 10, "forfeited", "wallet.debit.completed"),
    ],
)
def test_the_end_of_a_grant_is_told_with_what_it_moved(
    kind: str, reason: str, wagered: int, outcome: str, wallet_event: str
) -> None:
    request = end_request(kind, reason, (PLAYER, "EUR"), "b1", WHO, "t")  # type: ignore[arg-type]
    told = events_of(recorded(request, playing(wagered, balance_minor=700)))
    assert told.keys() == {wallet_event, "bonus.consumed"}
    consumed = told["bonus.consumed"].payload
    assert (consumed["outcome"], consumed["type"]) == (outcome, reason)
    assert (consumed["moved"]["minor"], consumed["wagered"]["minor"]) == ("700", str(wagered))
