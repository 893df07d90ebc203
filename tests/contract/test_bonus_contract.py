"""What the ledger promises of bonus money, of the fake and of DynamoDB alike."""

from dataclasses import replace

from casino.bonus.model import Bonus, BonusTerms, Grant
from testing.fakes import Casino
from testing.transactions import a_bet, a_deposit, a_refund, commit_of
from tests.contract.test_ledger_contract import apply, wallet_of


def test_bonus_money_moves_with_its_wallet_and_counts_in_its_round(casino: Casino) -> None:
    grant = Grant(1, BonusTerms("g1", 500, 500, 4 * 10**9, "bonus_first"), 500, 500)
    deposit = a_deposit(1, transaction_id="dep-2")
    seen = casino.ledger.load(deposit)
    granted = replace(commit_of(seen, deposit), bonus=Bonus(1, 0, grant))
    assert casino.ledger.commit(granted, seen) is None
    apply(casino, a_bet(round_id="r1"))
    bet = apply(casino, a_bet(round_id="r1", transaction_id="bet-2", amount_minor=300))
    seen = casino.ledger.load(a_bet(round_id="r1"))
    assert (seen.wallet, seen.round) == (wallet_of(casino), next(iter(casino.history.rounds())))
    assert seen.wallet is not None
    assert seen.wallet.bonus is not None
    assert seen.wallet.bonus.grant == replace(grant, balance_minor=0, wagered_minor=550)
    assert seen.round is not None
    assert (seen.round.staked_minor, seen.round.grants) == (550, ((1, 500),))
    assert (bet.balance_after_minor, dict(bet.postings)["bonus"]) == (100_001 - 50, -250)
    apply(casino, a_refund())
    seen = casino.ledger.load(a_bet(round_id="r1"))
    assert seen.round is not None
    assert (seen.round.staked_minor, seen.round.grants) == (300, ((1, 250),))
