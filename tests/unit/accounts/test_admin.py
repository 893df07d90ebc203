"""What the casino may do with players and wallets, and with which words it is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casino.accounts.admin import PlayerAdmin
from casino.audit.model import Who
from casino.base.errors import AdminError, OutcomeUnknownError, UnavailableError
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.model import PLATFORM
from casino.wallet.service import WalletService
from testing.clock import FakeClock
from testing.fake_ledger import FakeHistory, FakeTables
from testing.fakes import FakeWorld

WHO = Who("arn:aws:iam::1:user/op", "a test")


class UnreadableHistory(FakeHistory):
    def find(self, integration: str, transaction_id: str) -> None:
        raise UnavailableError


@pytest.fixture
def players() -> PlayerAdmin:
    """A casino with one player, `ann`, whose EUR wallet holds 10.00."""
    world, clock = FakeWorld(), FakeClock()
    service = WalletService(world.ledger, world.accounts, clock, Igsp())
    players = PlayerAdmin(world.accounts, world.profiles, world.history, service, clock)
    players.create("ann", "EUR", who=WHO)
    players.deposit("ann", "EUR", 1000, "opening", who=WHO)
    return players


def test_creating_a_player_again_changes_nothing(players: PlayerAdmin) -> None:
    players.set_blocked("ann", blocked=True, who=WHO)
    players.create("ann", "EUR", who=WHO)
    players.create("ann", "USD", who=WHO)
    found = [(w.currency, w.balance_minor, w.blocked) for w in players.wallets("ann")]
    assert found == [("EUR", 1000, True), ("USD", 0, True)]
    assert players.player("ann").blocked


def test_a_movement_is_the_platforms_and_happens_once_for_its_id(players: PlayerAdmin) -> None:
    first = players.withdraw("ann", "EUR", 400, "payout-1", who=WHO)
    again = players.withdraw("ann", "EUR", 400, "payout-1", who=WHO)
    assert (first.replay, again.replay) == (False, True)
    assert first.entry == again.entry
    assert (first.entry.integration, first.entry.kind) == (PLATFORM, "withdrawal")
    assert players.wallet("ann", "EUR").balance_minor == 600


def test_a_movement_that_cannot_be_shown_is_of_unknown_outcome(players: PlayerAdmin) -> None:
    blind = replace(players, history=UnreadableHistory(FakeTables()))
    with pytest.raises(OutcomeUnknownError, match="It was recorded"):
        blind.deposit("ann", "EUR", 500, "gift-1", who=WHO)
    assert players.deposit("ann", "EUR", 500, "gift-1", who=WHO).replay


def test_a_profile_is_changed_field_by_field(players: PlayerAdmin) -> None:
    players.change_profile("ann", who=WHO, country="de", kyc_level="basic", name="Fox")
    known = players.change_profile("ann", who=WHO, name="", birth_date="1990-12-31")
    assert (known.name, known.country, known.birth_date, known.kyc_level) == (
        *(None, "DE", "1990-12-31", "basic"),
    )


REFUSED: list[tuple[str, Callable[[PlayerAdmin], object]]] = [
    ("invalid_request", lambda p: p.create("a\n", "EUR", who=WHO)),
    ("unsupported_currency", lambda p: p.create("bob", "XXX", who=WHO)),
    ("player_not_found", lambda p: p.player("bob")),
    ("player_not_found", lambda p: p.wallet("bob", "EUR")),
    ("wallet_not_found", lambda p: p.wallet("ann", "USD")),
    ("unsupported_currency", lambda p: p.wallet("ann", "XXX")),
    ("invalid_request", lambda p: p.deposit("ann", "EUR", 0, "t-1", who=WHO)),
    ("invalid_request", lambda p: p.withdraw("ann", "EUR", -1, "t-1", who=WHO)),
    ("invalid_request", lambda p: p.deposit("ann", "EUR", 1, "", who=WHO)),
    ("wallet_not_found", lambda p: p.deposit("ann", "USD", 1, "t-1", who=WHO)),
    ("transaction_mismatch", lambda p: p.deposit("ann", "EUR", 1, "opening", who=WHO)),
    ("insufficient_funds", lambda p: p.withdraw("ann", "EUR", 1001, "t-1", who=WHO)),
    ("player_not_found", lambda p: p.set_blocked("bob", blocked=True, who=WHO)),
    ("invalid_request", lambda p: p.change_profile("ann", who=WHO)),
    ("invalid_request", lambda p: p.change_profile("ann", who=WHO, kyc_level="gold")),
    ("player_not_found", lambda p: p.change_profile("bob", who=WHO, name="Fox")),
]


@pytest.mark.parametrize(("code", "ask"), REFUSED)
def test_what_cannot_be_done_is_named_and_changes_nothing(
    players: PlayerAdmin, code: str, ask: Callable[[PlayerAdmin], object]
) -> None:
    before = (players.player("ann"), players.wallets("ann"))
    with pytest.raises(AdminError) as refused:
        ask(players)
    assert refused.value.code == code
    assert (players.player("ann"), players.wallets("ann")) == before
    assert players.accounts.player("bob") is None
