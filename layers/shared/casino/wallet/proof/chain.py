"""Recomputes one wallet from its entries: every entry by itself, the chain, and the head."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from casino.wallet.bonus_grant import BONUS_KINDS
from casino.wallet.chain import entry_hash, genesis_hash
from casino.wallet.extra import round_in
from casino.wallet.hold import HOLD_KINDS
from casino.wallet.model import Entry, Wallet, wallet_key
from casino.wallet.proof.answers import transaction_of
from casino.wallet.proof.bonus import touches_bonus
from casino.wallet.proof.faults import Fault, fault_of
from casino.wallet.proof.rules import check_rule
from casino.wallet.purchase import OWED

_GAME: Final = frozenset({"player", "integration", "promotion", "bonus"})
_CASHIER: Final = frozenset({"player", "platform"})
#: Kind → the accounts that it may move money between.
_ACCOUNTS: Final = {
    "bet": _GAME,
    "win": _GAME,
    "refund": _GAME,
    "deposit": _CASHIER,
    "withdrawal": _CASHIER,
    "notice": frozenset(),
    "purchase": frozenset({"player", "integration"}),
    "reversal": frozenset({"player", "integration", OWED}),
    **dict.fromkeys(HOLD_KINDS, _GAME | {"held"}),
    **dict.fromkeys(BONUS_KINDS, frozenset({"player", "promotion", "bonus"})),
}
_RECORDS: Final = frozenset({"applied", "refused", "noted"})
#: Sequence number → the balance and the chain's hash after that entry.
type _States = dict[int, tuple[int, str]]


def check_wallet(wallet: Wallet, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Yield what is wrong up to the head `wallet`; entries beyond it are not looked at."""
    known = [entry for entry in entries if entry.seq <= wallet.seq]
    for entry in known:
        yield from _check_entry(entry)
    states: _States = {0: (0, genesis_hash(wallet.player_id, wallet.currency))}
    applied = [entry for entry in known if entry.record == "applied"]
    applied.sort(key=lambda entry: (entry.seq, entry.transaction_id))
    yield from _check_chain(wallet, applied, states)
    for entry in known:
        if entry.record != "applied":
            yield from _check_place(entry, states)
    yield from _check_head(wallet, states)


def _check_entry(entry: Entry) -> Iterator[Fault]:
    if entry_hash(entry) != entry.hash:
        yield fault_of(entry, "entry_hash", "the entry's fields do not give its hash")
    if entry.fingerprint not in _fingerprints(entry):
        yield fault_of(entry, "fingerprint", "the entry's fields do not give its fingerprint")
    if entry.kind not in _ACCOUNTS or entry.record not in _RECORDS:
        yield fault_of(entry, "kind_unknown", f"nothing is {entry.record} as a {entry.kind}")
        return
    yield from check_rule(entry)
    moved = entry.balance_after_minor - entry.balance_before_minor
    if entry.record != "applied":
        if moved or entry.postings:
            yield fault_of(entry, "refusal_moved_money", f"what is {entry.record} moves {moved}")
        return
    yield from _check_postings(entry, moved)


def _check_postings(entry: Entry, moved: int) -> Iterator[Fault]:
    accounts = {account for account, _ in entry.postings}
    allowed = _ACCOUNTS[entry.kind]
    if entry.kind == "bet":  # nobody but the casino pays for a free spin, and it pays for no other
        allowed = allowed - {"player" if entry.type == "freespin" else "promotion"}
    if not accounts <= allowed:
        detail = f"a {entry.kind} moves nothing between {', '.join(sorted(accounts))}"
        yield fault_of(entry, "accounts_of_kind", detail)
    if (
        entry.kind in ("bet", "hold", "withdrawal", "reversal")
        and -moved > entry.spendable_before_minor
    ):
        detail = f"{-moved} were taken of {entry.spendable_before_minor}"
        yield fault_of(entry, "overspent", detail)
    total = sum(amount for _, amount in entry.postings)
    if total:
        yield fault_of(entry, "postings_unbalanced", f"the postings sum to {total}")
    to_player = sum(amount for account, amount in entry.postings if account == "player")
    if to_player != moved:
        detail = f"the player's posting is {to_player}, the balance moved by {moved}"
        yield fault_of(entry, "player_posting", detail)
    if entry.kind == "reversal" and dict(entry.postings).get("integration") != entry.amount_minor:
        detail = f"the integration did not get {entry.amount_minor}"
        yield fault_of(entry, "amount_posting", detail)
    expected = _expected_minor(entry)
    # What bonus money has to do with it is proved by `casino.wallet.proof.bonus`.
    shared = entry.kind in ("bet", "win") and touches_bonus(entry)
    if expected is not None and to_player != expected and not shared:
        detail = f"the player's posting is {to_player}, the transaction asks for {expected}"
        yield fault_of(entry, "amount_posting", detail)


def _fingerprints(entry: Entry) -> Iterator[str]:
    """Yield the fingerprints that the request may have had which the entry records."""
    request = transaction_of(entry)
    if entry.kind != "refund":
        yield request.fingerprint()
    if entry.bet_transaction_id is not None and entry.kind not in HOLD_KINDS:
        # A refund names no round, and a win none or another one: the entry carries that of the bet.
        named = round_in(entry.extra) if entry.kind == "win" else None
        yield replace(request, round_id=named).fingerprint()


def _expected_minor(entry: Entry) -> int | None:
    """Return what the player gets for an applied entry; a refund is compared with its bet."""
    match entry.kind:
        case "bet":
            return 0 if entry.type == "freespin" else -entry.amount_minor
        case "win" | "deposit" | "purchase":
            return entry.amount_minor
        case "reversal":  # what the player has, and the rest is owed
            return -min(entry.amount_minor, max(0, entry.spendable_before_minor))
        case "withdrawal":
            return -entry.amount_minor
        case _:  # compared with its bet or its hold
            return None


def _check_chain(wallet: Wallet, applied: Sequence[Entry], states: _States) -> Iterator[Fault]:
    """Check that each entry follows the one before it, and fill `states`."""
    for entry in applied:
        if entry.seq in states:
            detail = f"number {entry.seq} is taken by another entry"
            yield fault_of(entry, "sequence_duplicate", detail)
            continue
        if entry.seq - 1 in states:
            balance, head = states[entry.seq - 1]
            if entry.balance_before_minor != balance:
                detail = f"{entry.balance_before_minor} before it, {balance} after the entry before"
                yield fault_of(entry, "balance_discontinuity", detail)
            if entry.previous_hash != head:
                detail = "it does not follow the hash of the entry before"
                yield fault_of(entry, "chain_broken", detail)
        states[entry.seq] = (entry.balance_after_minor, entry.hash)
    name = wallet_key(wallet.player_id, wallet.currency)
    for first, last in _gaps(states, wallet.seq):
        yield Fault("sequence_gap", name, None, f"no entry has the numbers {first} to {last}")


def _gaps(states: _States, last_seq: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of each run that is missing."""
    before = 0
    for seq in [*sorted(states), last_seq + 1]:
        if seq > before + 1:
            yield before + 1, seq - 1
        before = seq


def _check_place(refusal: Entry, states: _States) -> Iterator[Fault]:
    """A refusal names the state that it was decided from."""
    state = (refusal.balance_before_minor, refusal.previous_hash)
    if refusal.seq in states and states[refusal.seq] != state:
        detail = f"the wallet was not like this after entry {refusal.seq}"
        yield fault_of(refusal, "refusal_out_of_place", detail)


def _check_head(wallet: Wallet, states: _States) -> Iterator[Fault]:
    name = wallet_key(wallet.player_id, wallet.currency)
    if not 0 <= wallet.held_wins_minor <= wallet.reserved_minor <= wallet.balance_minor:
        detail = f"the balance is {wallet.balance_minor}, of it {wallet.reserved_minor} reserved"
        yield Fault("wallet_overdrawn", name, None, detail)
    if wallet.seq not in states:
        return  # the gap is named already
    balance, head = states[wallet.seq]
    if wallet.balance_minor != balance:
        detail = f"the wallet says {wallet.balance_minor}, its last entry {balance}"
        yield Fault("head_balance", name, None, detail)
    if wallet.head_hash != head:
        yield Fault("head_hash", name, None, "the wallet's head is not its last entry's hash")
