"""What players, wallets, sessions and the history promise, of the fakes and DynamoDB alike."""

from dataclasses import replace

import pytest

from casino.audit.model import AuditRecord
from casino.audit.store import DynamoDbAudit
from casino.wallet.chain import genesis_hash
from casino.wallet.model import Entry, Player, Transaction, VoidMarker, Wallet
from casino.wallet.ports import EntryPlace
from casino.wallet.proof.verify import Verifier
from testing.fakes import Casino, FakeWorld
from testing.transactions import AT, PLAYER, SESSION, a_bet, a_refund, a_tombstone, a_win, commit_of
from testing.world import World

AUDIT = AuditRecord("player#p1", "change", "an operator", AT)


def apply(casino: Casino, request: Transaction) -> Entry:
    snapshot = casino.ledger.load(request)
    commit = commit_of(snapshot, request)
    assert casino.ledger.commit(commit, snapshot) is None
    return commit.entry


def test_the_first_player_of_a_name_stays(casino: Casino) -> None:
    before = casino.accounts.player(PLAYER)
    casino.accounts.add_player(Player(PLAYER, blocked=True, created_at=AT))
    assert casino.accounts.player(PLAYER) == before
    assert casino.accounts.player("nobody") is None


def test_a_new_wallet_is_empty_and_a_second_try_changes_nothing(casino: Casino) -> None:
    casino.accounts.add_wallet(PLAYER, "JPY")
    empty = Wallet(PLAYER, "JPY", 0, 0, 0, 0, genesis_hash(PLAYER, "JPY"), blocked=False)
    assert casino.accounts.wallet(PLAYER, "JPY") == empty
    before = casino.accounts.wallet(PLAYER, "EUR")
    casino.accounts.add_wallet(PLAYER, "EUR")
    assert casino.accounts.wallet(PLAYER, "EUR") == before
    assert casino.accounts.wallet(PLAYER, "USD") is None


def test_a_wallet_needs_its_player(casino: Casino) -> None:
    with pytest.raises(LookupError):
        casino.accounts.add_wallet("nobody", "EUR")
    with pytest.raises(LookupError):
        casino.accounts.set_blocked("nobody", blocked=True)


def test_a_profile_is_changed_field_by_field_and_forgotten(casino: Casino) -> None:
    casino.profiles.change(PLAYER, {"name": "Fox", "country": "DE"})
    casino.profiles.change(PLAYER, {"name": None, "kyc_level": "basic"})
    player = casino.accounts.player(PLAYER)
    assert player is not None
    assert (player.name, player.country, player.kyc_level) == (None, "DE", "basic")


@pytest.mark.parametrize(
    ("player_id", "fields"),
    [("nobody", {"name": "Fox"}), (PLAYER, {"blocked": "no"}), (PLAYER, {})],
)
def test_a_profile_needs_its_player_and_fields_of_its_own(
    casino: Casino, player_id: str, fields: dict[str, str | None]
) -> None:
    with pytest.raises(LookupError):
        casino.profiles.change(player_id, fields)
    assert casino.accounts.player("nobody") is None


def test_a_block_reaches_every_wallet_and_later_ones(casino: Casino) -> None:
    casino.accounts.add_wallet(PLAYER, "JPY")
    casino.accounts.set_blocked(PLAYER, blocked=True)
    casino.accounts.add_wallet(PLAYER, "USD")
    wallets = {wallet.currency: wallet for wallet in casino.accounts.wallets(PLAYER)}
    assert {name: wallet.blocked for name, wallet in wallets.items()} == {
        "EUR": True,
        "JPY": True,
        "USD": True,
    }
    assert wallets["JPY"].version == 1
    casino.accounts.set_blocked(PLAYER, blocked=False)
    player = casino.accounts.player(PLAYER)
    assert player is not None
    assert not player.blocked
    assert not any(wallet.blocked for wallet in casino.accounts.wallets())


def records(casino: Casino) -> list[tuple[str, str, str, str]]:
    """What the audit holds of the test's own changes."""
    if isinstance(casino, World):
        found = DynamoDbAudit(casino.client, casino.tables).records(AUDIT.subject)
    else:
        assert isinstance(casino, FakeWorld)
        found = [record for record in casino.tables.audit if record.subject == AUDIT.subject]
    return [(each.what, each.old, each.new, each.detail) for each in found]


def test_a3_a_change_tells_what_stood_there_and_no_change_tells_nothing(casino: Casino) -> None:
    for _ in range(2):
        casino.sessions.set_status("s1", "suspended", replace(AUDIT, what="status"))
        casino.profiles.change(PLAYER, {"kyc_level": "basic"}, replace(AUDIT, what="profile"))
        casino.accounts.add_wallet(PLAYER, "USD", replace(AUDIT, what="wallet", new="USD"))
        casino.accounts.add_player(Player(PLAYER, blocked=False, created_at=AT), AUDIT)
        casino.sessions.add(SESSION, AUDIT)
    casino.accounts.set_blocked(PLAYER, True, replace(AUDIT, what="block"))
    assert sorted(records(casino)) == [
        ("block", "active", "blocked", ""),
        ("profile", "", "basic", "kyc_level"),
        ("status", "active", "suspended", ""),
        ("wallet", "", "USD", ""),
    ]


def test_a_balance_reads_player_wallet_and_session(casino: Casino) -> None:
    player, wallet = casino.accounts.player(PLAYER), casino.accounts.wallet(PLAYER, "EUR")
    assert casino.accounts.balance(PLAYER, "EUR", "s1") == (player, wallet, SESSION)
    assert casino.accounts.balance(PLAYER, "EUR", None) == (player, wallet, None)
    assert casino.accounts.balance(PLAYER, "JPY", "nowhere") == (player, None, None)
    assert casino.accounts.balance("nobody", "EUR", None) == (None, None, None)


def test_a_session_is_created_once_and_changes_its_status(casino: Casino) -> None:
    assert casino.sessions.get("s1") == SESSION
    assert casino.sessions.add(SESSION), "a repeated try finds its own session"
    assert not casino.sessions.add(replace(SESSION, player_id="p2"))
    assert casino.sessions.set_status("s1", "closed")
    assert casino.sessions.get("s1") == replace(SESSION, status="closed")
    assert not casino.sessions.set_status("s1", "active"), "closed for good"
    assert casino.sessions.set_status("s1", "closed")
    assert not casino.sessions.set_status("nowhere", "closed")
    assert casino.sessions.get("nowhere") is None


def test_a_session_that_never_opened_stays_as_it_is(casino: Casino) -> None:
    for status in ("launching", "failed"):
        session = replace(SESSION, session_id=status, status=status)
        assert casino.sessions.add(session)
        assert not casino.sessions.set_status(status, "active")
        assert casino.sessions.get(status) == session


def test_the_history_of_a_wallet_puts_refusals_after_what_they_followed(casino: Casino) -> None:
    bet = apply(casino, a_bet())
    refused = apply(casino, a_bet(transaction_id="bet-2", amount_minor=200_000))
    win = apply(casino, a_win())
    deposit, *rest = casino.history.of_wallet(PLAYER, "EUR")
    assert deposit.kind == "deposit"
    assert rest == [bet, refused, win]
    assert list(casino.history.of_wallet("nobody", "EUR")) == []


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_the_latest_entries_of_a_wallet_come_in_pages_each_once(casino: Casino, most: int) -> None:
    for number in range(3):
        apply(casino, a_bet(transaction_id=f"bet-{number}"))
        apply(casino, a_bet(transaction_id=f"much-{number}", amount_minor=200_000))
    entries = list(casino.history.of_wallet(PLAYER, "EUR"))
    found: list[Entry] = []
    place: EntryPlace | None = EntryPlace(99)
    while place is not None:
        page, place = casino.history.latest(PLAYER, "EUR", most, place)
        assert len(page) <= most
        found += page
    assert [entry.seq for entry in found] == sorted((e.seq for e in entries), reverse=True)
    assert sorted(map(EntryPlace.of, found)) == sorted(map(EntryPlace.of, entries))
    begun, _ = casino.history.latest(PLAYER, "EUR", 100, EntryPlace(2))
    assert {entry.seq for entry in begun} == {1, 2}
    assert casino.history.latest(PLAYER, "USD", most, EntryPlace(99)) == ([], None)


def test_a_place_that_names_no_entry_is_a_place_all_the_same(casino: Casino) -> None:
    bets = [apply(casino, a_bet(transaction_id=f"bet-{number}")) for number in range(3)]
    page, _ = casino.history.latest(PLAYER, "EUR", 100, EntryPlace(bets[2].seq, "a", "a"))
    assert [entry for entry in page if entry.seq < bets[2].seq][:2] == [bets[1], bets[0]]


def test_transactions_are_found_together(casino: Casino) -> None:
    bet = apply(casino, a_bet())
    ids = [("sandbox", name) for name in (bet.transaction_id, "none", bet.transaction_id)]
    assert casino.history.find_all(ids) == [bet]
    assert casino.history.find_all([]) == []
    many = [("sandbox", f"none-{number}") for number in range(150)]
    assert casino.history.find_all([*many, *ids]) == [bet]


def test_a6_a_refusal_that_nothing_attributes_to_the_player_is_in_no_history(
    casino: Casino,
) -> None:
    bet = apply(casino, a_bet())
    unproved = [
        apply(casino, a_bet(transaction_id="bet-2", session_id="nowhere")),
        apply(casino, a_bet(transaction_id="bet-3", currency="USD")),
        apply(casino, a_refund(session_id="nowhere", bet_transaction_id="bet-2")),
    ]
    assert [entry.attributed for entry in unproved] == [False] * 3
    _, *rest = casino.history.of_wallet(PLAYER, "EUR")
    assert rest == [bet]
    assert list(casino.history.of_wallet(PLAYER, "USD")) == []
    for entry in unproved:
        assert casino.history.find("sandbox", entry.transaction_id) == entry
    refunded = apply(casino, a_refund(transaction_id="ref-2", session_id="nowhere"))
    assert refunded.attributed, "its bet shows whose it is"


def test_the_history_finds_entries_tombstones_and_void_markers(casino: Casino) -> None:
    bet = apply(casino, a_bet(round_id="r1"))
    refund = apply(casino, a_refund())
    unknown = apply(casino, a_refund(transaction_id="ref-2", bet_transaction_id="bet-9"))
    stone = a_tombstone("bet-9", "ref-2")
    void = VoidMarker("sandbox", "bet-1", "ref-1", AT)
    assert casino.history.find("sandbox", "bet-1") == bet
    assert casino.history.find("sandbox", "bet-9") == stone
    assert casino.history.find("sandbox", "bet-8") is None
    assert casino.history.void("sandbox", "bet-1") == void
    assert casino.history.void("sandbox", "ref-1") is None
    found = list(casino.history.everything())
    assert len(found) == 6
    for record in (bet, refund, unknown, stone, void):
        assert record in found
    assert [getattr(round_, "refunds", 0) for round_ in casino.history.rounds()] == [1]


def test_the_verifier_finds_an_honest_history_clean(casino: Casino) -> None:
    apply(casino, a_bet(round_id="r1"))
    apply(casino, a_refund())
    apply(casino, a_refund(transaction_id="ref-2", bet_transaction_id="bet-9"))
    verification = Verifier(casino.history).everything()
    assert (verification.wallets, verification.faults) == (1, ())
