"""What players leave behind who have played for long: entries as the wallet itself decides them.

Each wallet has a deposit and then one bet after the other, by the wallet's own decision and sealed
into its chain, so that `Verifier` proves the whole. What the n-th bet was can be told without
looking, to send it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from benchmarks.functions.bets import STAKE_MINOR
from casino.aws.attributes import Item, number, text
from casino.base.times import iso_utc
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.chain import genesis_hash
from casino.wallet.decide import decide
from casino.wallet.decision import Posting, Snapshot
from casino.wallet.model import PLATFORM, Entry, Session, Transaction, Wallet
from casino.wallet.record import commit_for
from casino.wallet.store.items import round_wallet
from testing.world import SANDBOX

OPENING_MINOR: Final = 10_000_000_00

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
        return [
            (self.session, self.measured),
            *(
                (self._other(at), min(_ENTRIES_OF_A_WALLET, others - at))
                for at in range(0, others, _ENTRIES_OF_A_WALLET)
            ),
        ]

    def _other(self, at: int) -> Session:
        player_id = _uuid("player", at)
        return replace(self.session, session_id=f"sess-{player_id}", player_id=player_id)


def bet(session: Session, seq: int) -> Transaction:
    """Return the bet that became the entry `seq` of a wallet; the first, 1, is no bet."""
    return Transaction(
        integration=session.integration,
        transaction_id=_uuid(session.session_id, seq),
        kind="bet",
        type="bet",
        player_id=session.player_id,
        currency=session.currency,
        amount_minor=STAKE_MINOR,
        game_id=session.game_id,
        session_id=session.session_id,
        round_id=_uuid("round", session.session_id, (seq - 2) // _BETS_OF_A_ROUND),
        trace_id=_uuid("trace", session.session_id, seq),
    )


def play(session: Session, entries: int) -> Iterator[Entry]:
    """Yield the first `entries` entries of a wallet."""
    genesis = genesis_hash(session.player_id, session.currency)
    wallet = Wallet(session.player_id, session.currency, 0, 0, 0, 0, genesis, blocked=False)
    renderer = Igsp()
    for seq in range(1, entries + 1):
        request = bet(session, seq) if seq > 1 else _deposit(session)
        snapshot = Snapshot(wallet=wallet, session=session)
        at_s = _FIRST_BET_S + seq
        posting = decide(snapshot, request, SANDBOX.wallet, at_s)
        if not isinstance(posting, Posting):
            raise ValueError(f"a bet of the long play is not taken: {posting}")
        entry = commit_for(snapshot, request, posting, iso_utc(at_s), renderer).entry
        yield entry
        wallet = head_of(entry)


def head_of(entry: Entry) -> Wallet:
    """Return a wallet as it stands after its entry `entry`, when nothing else changed it."""
    return Wallet(
        player_id=entry.player_id,
        currency=entry.currency,
        balance_minor=entry.balance_after_minor,
        reserved_minor=0,
        seq=entry.seq,
        version=entry.seq,
        head_hash=entry.hash,
        blocked=False,
    )


def round_item(session: Session, round_id: str, bets: int) -> Item:
    """Return a round of nothing but bets, as counting it up leaves it."""
    partition = round_wallet(session.integration, session.player_id, session.currency)
    counts = {"bets": bets, "refunds": 0, "paid_wins": 0, "version": bets}
    return {
        "wallet": text(partition),
        "round_id": text(round_id),
        **{name: number(count) for name, count in counts.items()},
    }


def _deposit(session: Session) -> Transaction:
    return Transaction(
        integration=PLATFORM,
        transaction_id=_uuid("opening", session.session_id),
        kind="deposit",
        type="deposit",
        player_id=session.player_id,
        currency=session.currency,
        amount_minor=OPENING_MINOR,
        trace_id=_uuid("trace", session.session_id),
    )


def _uuid(*words: object) -> str:
    return str(uuid5(NAMESPACE_OID, " ".join(map(str, words))))
