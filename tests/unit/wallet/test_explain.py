"""What people are told of the ledger: the story of a transaction."""

from dataclasses import replace

import pytest

from casino.base.errors import AdminError
from casino.wallet.explain import LedgerReader, Story
from casino.wallet.model import PLATFORM, Tombstone, Transaction
from testing.casinos import furnish
from testing.fakes import FakeWorld
from testing.transactions import PLAYER, a_bet, a_deposit, a_refund, commit_of
from tests.unit.wallet.situations import entry_of


class Scene:
    """A player with EUR 1000.00; the logs know of two replays of everything."""

    def __init__(self) -> None:
        self.world = FakeWorld()
        furnish(self.world)
        world = self.world
        self.reader = LedgerReader(
            *(world.history, world.accounts, lambda: ["sandbox"], world.sessions.get),
            replays=lambda integration, transaction_id, since: 2,
            named=lambda name: (),
        )

    def apply(self, *requests: Transaction) -> None:
        for request in requests:
            snapshot = self.world.ledger.load(request)
            assert self.world.ledger.commit(commit_of(snapshot, request), snapshot) is None


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_bet_is_told_with_its_refund_its_session_and_its_replays(scene: Scene) -> None:
    scene.apply(a_bet(), a_refund())
    story = scene.reader.explain("bet-1")
    assert isinstance(story, Story)
    assert story.void is not None
    assert story.void.refund_transaction_id == "ref-1"
    assert (story.session_status, story.replays, story.intact) == ("active", 2, True)
    assert story.explanation.startswith("The spendable balance covered")


def test_words_follow_the_rule_and_an_altered_entry_is_told(scene: Scene) -> None:
    scene.apply(a_bet(amount_minor=200_000))
    story = scene.reader.explain("bet-1")
    assert isinstance(story, Story)
    assert story.explanation.startswith("Refused: The balance is too low.")
    unknown = replace(story, entry=replace(story.entry, rule="some_rule"))
    assert (unknown.explanation, unknown.intact) == ("some_rule", False)


def test_n1_a_refusal_by_a_reservation_says_so(scene: Scene) -> None:
    scene.world.accounts.set_reserved(PLAYER, "EUR", 99_900)
    scene.apply(a_bet())
    story = scene.reader.explain("bet-1")
    assert isinstance(story, Story)
    assert story.explanation.startswith("Refused: The balance less the reserved funds is too low.")
    entry = story.entry
    assert (entry.balance_before_minor, entry.spendable_before_minor) == (100_000, 100)
    assert (entry.reserved_minor, story.intact) == (99_900, True)


def test_every_rule_of_a_posting_has_words() -> None:
    for rule in ("win_without_bet", "refund_after_win", "win_after_round_finished"):
        entry = replace(entry_of(a_bet()), rule=rule)
        assert Story(entry, None, None, None, None).explanation.endswith("flagged.")


def test_a_bet_that_never_came_is_told_by_its_tombstone(scene: Scene) -> None:
    scene.apply(a_refund())
    assert isinstance(scene.reader.explain("bet-1"), Tombstone)


def test_an_id_of_nobody_or_of_two_has_no_story(scene: Scene) -> None:
    scene.apply(a_bet(transaction_id="same"), a_deposit(transaction_id="same"))
    both = "same of platform, same of sandbox"
    for transaction_id, said in (("none", "no transaction"), ("same", both)):
        with pytest.raises(AdminError, match=said):
            scene.reader.explain(transaction_id)
    found = scene.reader.explain("same", PLATFORM)
    assert isinstance(found, Story)
    assert found.entry.kind == "deposit"
