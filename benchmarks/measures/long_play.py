"""What players leave behind who have played for long: entries as the wallet itself decides them.

Each wallet has a deposit and then one bet after the other, by the wallet's own decision and sealed
into its chain, so that `Verifier` proves the whole. What the n-th bet was can be told without
looking, to send it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import NAMESPACE_OID, uuid5

from casino.aws.attributes import Item, number, text
from casino.base.times import iso_utc
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.chain import genesis_hash
from casino.wallet.decide import decide
from casino.wallet.decision import Posting, Snapshot
from casino.wallet.model import PLATFORM, Entry, Session, Transaction, Wallet
from casino.wallet.record import commit_for
from casino.wallet.store.items import round_wallet
from testing.bets import STAKE_MINOR
from testing.world import SANDBOX

_OPENING_MINOR: Final = 10_000_000_00
_FIRST_BET_S: Final = 1_767_225_600
_BETS_OF_A_ROUND: Final = 20
_ENTRIES_OF_A_WALLET: Final = 100
#: The measured wallet has this part of all entries.
_SHARE: Final = 10


@dataclass(frozen=True)
class LongPlay:
    """A ledger of `entries`: a tenth in the wallet of `session`, the others in many wallets."""

    entries: int
    session: Session

    @property
    def measured(self) -> int:
        """How many entries the wallet of `session` has."""
        return self.entries // _SHARE

    def seats(self) -> list[tuple[Session, int]]:
        """Return a session of every wallet and how many entries it has, the measured one first."""
        others = self.entries - self.measured
        starts = range(0, others, _ENTRIES_OF_A_WALLET)
        shares = [(self._other(at), min(_ENTRIES_OF_A_WALLET, others - at)) for at in starts]
        return [(self.session, self.measured), *shares]

    def _other(self, at: int) -> Session:
        player_id = _uuid("player", at)
        return replace(self.session, session_id=f"sess-{player_id}", player_id=player_id)


def bet(session: Session, seq: int) -> Transaction:
    """Return the bet that became the entry `seq` of a wallet; the first, 1, is a deposit."""
    deposit = seq == 1
    kind: Literal["deposit", "bet"] = "deposit" if deposit else "bet"
    round_id = _uuid("round", session.session_id, (seq - 2) // _BETS_OF_A_ROUND)
    return Transaction(
        integration=PLATFORM if deposit else session.integration,
        transaction_id=_uuid(session.session_id, seq),
        kind=kind,
        type=kind,
        player_id=session.player_id,
        currency=session.currency,
        amount_minor=_OPENING_MINOR if deposit else STAKE_MINOR,
        trace_id=_uuid("trace", session.session_id, seq),
        session_id=None if deposit else session.session_id,
        game_id=None if deposit else session.game_id,
        round_id=None if deposit else round_id,
    )


def play(session: Session, entries: int) -> Iterator[Entry]:
    """Yield the first `entries` entries of a wallet."""
    genesis = genesis_hash(session.player_id, session.currency)
    wallet = Wallet(session.player_id, session.currency, 0, 0, 0, 0, genesis, blocked=False)
    renderer = Igsp()
    for seq in range(1, entries + 1):
        request, snapshot = bet(session, seq), Snapshot(wallet=wallet, session=session)
        at_s = _FIRST_BET_S + seq
        posting = decide(snapshot, request, SANDBOX.wallet, at_s)
        if not isinstance(posting, Posting):
            raise ValueError(f"a bet of the long play is not taken: {posting}")
        entry = commit_for(snapshot, request, posting, iso_utc(at_s), renderer).entry
        yield entry
        wallet = head_of(entry)


def head_of(entry: Entry) -> Wallet:
    """Return a wallet as it stands after its entry `entry`, when nothing else changed it."""
    balance_minor, seq = entry.balance_after_minor, entry.seq
    who = (entry.player_id, entry.currency)
    return Wallet(*who, balance_minor, 0, seq, version=seq, head_hash=entry.hash, blocked=False)


def round_item(session: Session, round_id: str, bets: int) -> Item:
    """Return a round of nothing but bets, as counting it up leaves it."""
    partition = round_wallet(session.integration, session.player_id, session.currency)
    counts = {"bets": bets, "refunds": 0, "paid_wins": 0, "version": bets}
    numbers = {name: number(count) for name, count in counts.items()}
    return {"wallet": text(partition), "round_id": text(round_id), **numbers}


def _uuid(*words: object) -> str:
    return str(uuid5(NAMESPACE_OID, " ".join(map(str, words))))
