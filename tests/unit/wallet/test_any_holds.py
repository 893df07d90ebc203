"""Late, doubled and reordered holds and ends against a plain reference of where each bet stands."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.wallet.holding import Holding

STAKES = {"b1": 250, "b2": 0, "b3": 99_900}
WINS = {"b1": 500, "b2": 100, "b3": 0}

steps = st.lists(
    st.tuples(
        st.sampled_from(["hold", "settle", "rollback"]),
        st.sampled_from(sorted(STAKES)),
        st.integers(0, 1),
    ),
    max_size=24,
)


@dataclass
class Reference:
    """What the wallet must say and hold: integers and dictionaries, nothing of the product."""

    balance: int = 100_000
    bets: dict[str, str] = field(default_factory=dict)
    said: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def held(self) -> int:
        return sum(STAKES[bet] for bet, state in self.bets.items() if state == "held")

    def answer(self, kind: str, bet: str, key: str) -> tuple[int, str]:
        if key in self.said:
            return self.said[key]
        status, word = self._decide(kind, bet)
        if word != "BET_NOT_AUTHORIZED":
            self.said[key] = (status, word)
        return status, word

    def _decide(self, kind: str, bet: str) -> tuple[int, str]:
        state = self.bets.get(bet)
        if kind == "hold":
            if state is not None:
                return (409, "BET_ROLLED_BACK" if state == "barred" else "DUPLICATE")
            if STAKES[bet] > self.balance:
                return (402, "INSUFFICIENT_FUNDS")
            self.balance -= STAKES[bet]
            self.bets[bet] = "held"
            return (200, "authorized")
        if kind == "settle":
            if state == "held":
                self.balance += WINS[bet]
                self.bets[bet] = "settled"
                return (200, "credited")
            words = {None: "BET_NOT_AUTHORIZED", "settled": "DUPLICATE"}
            return (409, words.get(state, "BET_ROLLED_BACK"))
        if state == "settled":
            return (409, "BET_ALREADY_SETTLED")
        if state == "held":
            self.balance += STAKES[bet]
        self.bets[bet] = "barred" if state in (None, "barred") else "rolled back"
        return (200, "rolled_back")


@settings(max_examples=150, deadline=None)
@given(steps)
def test_any_order_of_holds_and_ends_keeps_the_money(
    sequence: list[tuple[str, str, int]],
) -> None:
    holding, reference = Holding(), Reference()
    for kind, bet, number in sequence:
        key = f"{kind}-{bet}-{number}"
        minor = {"hold": STAKES[bet], "settle": WINS[bet]}.get(kind, 0)
        found = holding(kind, key, bet_transaction_id=bet, amount_minor=minor)
        assert found == reference.answer(kind, bet, key), (kind, key)
        assert holding.money == (reference.balance, reference.held)
    assert holding.faults == set()
