"""Any interleaving of hooks, copies, changes and operators against a plain reference model."""

import os
from typing import Any, Final, Literal, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casino.integrations.model import Off
from casino.wallet.model import SessionStatus
from casino.wallet.proof.verify import Verifier
from testing.events import check_told
from testing.integrations import with_terms
from tests.functional.wallet.side_by_side import OWN, SESSIONS, TTL_S, WALLETS, SideBySide

#: How many histories: `make rounds` for the whole.
EXAMPLES: Final = int(os.environ.get("ROUNDS", "60"))

sessions = st.sampled_from([*OWN * 5, "foreign", "nowhere"])
amounts = st.sampled_from([0, 1, 250, 250, 999, 5_000, 40_000])
rounds = st.sampled_from([None, "r1", "r1", "r2"])
finished = st.sampled_from([False, False, False, True])
bet_types = st.sampled_from(["bet", "bet", "tip", "freespin"])
win_types = st.sampled_from(["win", "win", "jackpot", "freespin", "tournament", "prize"])
games = st.sampled_from(["g1", "g1", "g1", "g2"])
spellings = st.integers(0, 2**16)


class WalletMachine(RuleBasedStateMachine):
    """Chooses what happens next."""

    foundation = "in memory"

    def __init__(self) -> None:
        super().__init__()
        self.play = SideBySide(self.foundation)

    def teardown(self) -> None:
        check_told(self.play.casino)
        self.play.stack.close()

    # Providers.

    @rule(session=st.sampled_from(OWN), round_id=rounds, spelling=spellings)
    def stake(self, session: str, round_id: str | None, spelling: int) -> None:
        what = {"type": "bet", "minor": 250, "round_id": round_id, "game_id": "g1"}
        self.play.send(self.play.money("bet", session, **what), spelling)

    @rule(
        session=sessions,
        kind=bet_types,
        minor=amounts,
        round_id=rounds,
        game=games,
        last=finished,
        spelling=spellings,
    )
    def bet(
        self,
        session: str,
        kind: str,
        minor: int,
        round_id: str | None,
        game: str,
        last: bool,
        spelling: int,
    ) -> None:
        what = {"type": kind, "minor": minor, "round_id": round_id, "game_id": game}
        self.play.send(self.play.money("bet", session, finished=last, **what), spelling)

    @rule(
        session=sessions,
        kind=win_types,
        minor=amounts,
        round_id=rounds,
        last=finished,
        spelling=spellings,
    )
    def win(
        self,
        session: str,
        kind: str,
        minor: int,
        round_id: str | None,
        last: bool,
        spelling: int,
    ) -> None:
        what = {"type": kind, "minor": minor, "round_id": round_id, "game_id": "g1"}
        self.play.send(self.play.money("win", session, finished=last, **what), spelling)

    @precondition(lambda self: self.play.model.bets)
    @rule(data=st.data(), last=finished, spelling=spellings)
    def refund_a_bet(self, data: st.DataObject, last: bool, spelling: int) -> None:
        bet = data.draw(st.sampled_from(list(self.play.model.bets.values())))
        named = {name: bet[name] for name in ("player_id", "currency", "minor", "type", "game_id")}
        refund = self.play.money("refund", bet["session_id"], finished=last, **named)
        self.play.send(refund | {"bet_transaction_id": bet["transaction_id"]}, spelling)

    @precondition(lambda self: self.play.model.bets)
    @rule(data=st.data(), spelling=spellings)
    def refund_a_bet_wrongly(self, data: st.DataObject, spelling: int) -> None:
        bet = data.draw(st.sampled_from(list(self.play.model.bets.values())))
        named = {name: bet[name] for name in ("player_id", "currency", "minor", "type", "game_id")}
        session = data.draw(st.sampled_from(OWN))
        player_id, currency, _ = SESSIONS[session]
        wrong = data.draw(
            st.sampled_from(
                [
                    {"player_id": player_id, "currency": currency, "session_id": session},
                    {"session_id": session},
                    {"minor": bet["minor"] + 1},
                    {"type": "tip" if bet["type"] != "tip" else "bet"},
                ]
            )
        )
        refund = self.play.money("refund", bet["session_id"], **named) | wrong
        self.play.send(refund | {"bet_transaction_id": bet["transaction_id"]}, spelling)

    @precondition(lambda self: self.play.sent)
    @rule(data=st.data(), session=sessions, kind=bet_types, minor=amounts, spelling=spellings)
    def refund_something_else(
        self, data: st.DataObject, session: str, kind: str, minor: int, spelling: int
    ) -> None:
        other = data.draw(st.sampled_from(self.play.sent))
        what = {"type": kind, "minor": minor, "game_id": "g1"}
        refund = self.play.money("refund", session, **what)
        self.play.send(refund | {"bet_transaction_id": other["transaction_id"]}, spelling)

    @rule(session=sessions, kind=bet_types, minor=amounts, spelling=spellings)
    def refund_a_bet_that_never_came(
        self, session: str, kind: str, minor: int, spelling: int
    ) -> None:
        what = {"type": kind, "minor": minor, "game_id": "g1"}
        refund = self.play.money("refund", session, **what)
        self.play.send(refund | {"bet_transaction_id": self.play.fresh()}, spelling)

    @precondition(lambda self: self.play.model.barred)
    @rule(data=st.data(), session=sessions, minor=amounts, round_id=rounds, spelling=spellings)
    def send_the_late_bet(
        self,
        data: st.DataObject,
        session: str,
        minor: int,
        round_id: str | None,
        spelling: int,
    ) -> None:
        late = data.draw(st.sampled_from(sorted(self.play.model.barred)))
        what = {"type": "bet", "minor": minor, "round_id": round_id, "game_id": "g1"}
        self.play.send(self.play.money("bet", session, transaction_id=late, **what), spelling)

    @rule(
        session=st.sampled_from(OWN),
        wallet=st.sampled_from(WALLETS),
        action=st.sampled_from(["bet", "win"]),
        spelling=spellings,
    )
    def use_the_session_of_another_wallet(
        self, session: str, wallet: tuple[str, str], action: str, spelling: int
    ) -> None:
        what = {"type": action, "minor": 250, "round_id": None, "game_id": "g1"}
        owner = {"player_id": wallet[0], "currency": wallet[1]}
        self.play.send(self.play.money(action, session, **what, **owner), spelling)

    @precondition(lambda self: self.play.sent)
    @rule(data=st.data(), session=sessions, spelling=spellings)
    def repeat(self, data: st.DataObject, session: str, spelling: int) -> None:
        earlier = data.draw(st.sampled_from(self.play.sent))
        self.play.send(earlier, spelling)
        self.play.send(earlier | {"session_id": session}, spelling + 1)

    @precondition(lambda self: self.play.sent)
    @rule(data=st.data(), spelling=spellings)
    def repeat_with_a_change(self, data: st.DataObject, spelling: int) -> None:
        earlier = data.draw(st.sampled_from(self.play.sent))
        changes: dict[str, Any] = {
            "player_id": "p2" if earlier["player_id"] == "p1" else "p1",
            "currency": "KWD",
            "minor": earlier["minor"] + 1,
            "type": "freespin" if earlier["type"] != "freespin" else "win",
            "game_id": "g3",
            "finished": not earlier["finished"],
        }
        if earlier["action"] == "refund":
            changes["bet_transaction_id"] = "another"
        else:
            changes["round_id"] = "r3"
        if earlier["action"] != "win":
            changes["type"] = "tip" if earlier["type"] != "tip" else "bet"
        field = data.draw(st.sampled_from(sorted(changes)))
        self.play.send(earlier | {field: changes[field]}, spelling)

    # The platform.

    @rule(wallet=st.sampled_from(WALLETS), minor=amounts)
    def fund(self, wallet: tuple[str, str], minor: int) -> None:
        self.play.platform("deposit", wallet, minor)

    @rule(wallet=st.sampled_from(WALLETS), minor=amounts)
    def withdraw(self, wallet: tuple[str, str], minor: int) -> None:
        self.play.platform("withdrawal", wallet, minor)

    @rule(wallet=st.sampled_from(WALLETS), percent=st.sampled_from([0, 0, 50, 100]))
    def reserve(self, wallet: tuple[str, str], percent: int) -> None:
        # Wins after it are not reserved; a reservation never exceeds the balance.
        minor = self.play.model.balances[wallet] * percent // 100
        self.play.casino.accounts.set_reserved(*wallet, minor)
        self.play.model.reserved[wallet] = minor

    @rule(player_id=st.sampled_from(["p1", "p2"]), blocked=st.booleans())
    def block(self, player_id: str, blocked: bool) -> None:
        self.play.casino.accounts.set_blocked(player_id, blocked)
        (self.play.model.blocked.add if blocked else self.play.model.blocked.discard)(player_id)

    @rule(
        session_id=st.sampled_from(OWN), status=st.sampled_from(["active", "suspended", "closed"])
    )
    def change_session(self, session_id: str, status: str) -> None:
        session = self.play.model.sessions[session_id]
        if session["state"].endswith("over"):
            return
        changes = session["state"] != "closed" or status == "closed"
        wanted = cast("SessionStatus", status)
        assert self.play.casino.sessions.set_status(session_id, wanted) is changes
        session["state"] = status if changes else "closed"

    @precondition(lambda self: self.play.clock.elapsed < TTL_S)
    @rule(seconds=st.sampled_from([1, 60, 900, 900, TTL_S]))
    def time_passes(self, seconds: int) -> None:
        self.play.clock.advance(seconds)
        if self.play.clock.elapsed >= TTL_S:
            for session in self.play.model.sessions.values():
                suspended = session["state"] == "suspended"
                session["state"] = "suspended and over" if suspended else "over"

    @rule(enabled=st.sampled_from([True, True, False]))
    def switch_bets(self, enabled: bool) -> None:
        self.play.model.bets_enabled, off = enabled, None if enabled else Off()
        self.play.integration = with_terms(self.play.integration, bets_off=off)

    @rule(accept=st.booleans())
    def change_what_unknown_bets_mean(self, accept: bool) -> None:
        mode: Literal["accept", "reject"] = "accept" if accept else "reject"
        self.play.integration = with_terms(self.play.integration, refund_unknown_bet=mode)
        self.play.model.accepts_unknown_bets = accept

    @rule(accept=st.booleans())
    def change_what_a_refund_after_a_win_means(self, accept: bool) -> None:
        mode: Literal["accept", "reject"] = "accept" if accept else "reject"
        self.play.integration = with_terms(self.play.integration, refund_after_win=mode)
        self.play.model.refunds_after_wins = accept

    # What must hold after every step.

    @invariant()
    def wallets_are_what_the_reference_says(self) -> None:
        found = {(w.player_id, w.currency): w for w in self.play.casino.accounts.wallets()}
        assert {key: w.balance_minor for key, w in found.items()} == self.play.model.balances
        assert {key: w.seq for key, w in found.items()} == self.play.model.seqs

    @invariant()
    def entries_add_up_without_a_gap(self) -> None:
        entries = 0
        for wallet in {*WALLETS, ("p2", "JPY")}:
            history = list(self.play.casino.history.of_wallet(*wallet))
            entries += len(history)
            applied = [entry for entry in history if entry.record == "applied"]
            assert [entry.seq for entry in applied] == list(range(1, len(applied) + 1))
            moved = [entry.balance_after_minor - entry.balance_before_minor for entry in applied]
            assert sum(moved) == self.play.model.balances.get(wallet, 0)
            assert all(sum(minor for _, minor in entry.postings) == 0 for entry in history)
        assert entries == self.play.model.histories()

    @invariant()
    def the_ledger_is_proved(self) -> None:
        assert Verifier(self.play.casino.history).everything().faults == ()


class WalletMachineOnDynamoDb(WalletMachine):
    """The same on the store; moto is slow, so the runs are fewer and shorter."""

    foundation = "on DynamoDB"


def test_any_interleaving_agrees_with_the_reference() -> None:
    size = settings(max_examples=EXAMPLES, stateful_step_count=60)
    run_state_machine_as_test(WalletMachine, settings=size)


def test_any_interleaving_agrees_with_the_reference_on_dynamodb() -> None:
    size = settings(max_examples=3, stateful_step_count=20)
    run_state_machine_as_test(WalletMachineOnDynamoDb, settings=size)
