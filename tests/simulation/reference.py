"""What the ledger has to say, by books that know nothing of how the wallet decides.

The writes of a history, in the order in which they took place, are one order of everything. The
books are led through it, and keep how they stood after each write: so they can tell what could
have been said to a request at any moment of its way.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from casino.wallet.model import Transaction
from tests.functional.wallet.books import Books
from tests.simulation.kernel import START_S
from tests.simulation.messages import HOME, INTEGRATIONS, LARGEST_WIN

#: How long an environment may trust what it knows of an integration, in microseconds; a clock that
#: stood still meanwhile is believed no longer than that.
CACHE_US: Final = 60_000_000
#: By how much the clock of an environment may be off, in microseconds.
SKEW_US: Final = 40_000_000
_BRANDS: Final = {each.name: each.access.brand_id or HOME for each in INTEGRATIONS.values()}
#: The switches of bets of all and of brands, by name → what a fact about them is called.
SHARED: Final = {"bets": "all", **{f"bets@{brand}": f"brand {brand}" for brand in _BRANDS.values()}}
_HOLDING: Final = {INTEGRATIONS["igsp"].name, INTEGRATIONS["winupgo"].name}
_EVER_US: Final = -(10**12)
_PLAYS: Final = frozenset({"bet", "hold"})


class WalletBooks(Books):
    """The books of one wallet, with what the casino allows its player."""

    def __init__(self, balance: int) -> None:
        super().__init__(balance)
        self.most_stake: int | None = None
        """The largest stake that the player allows."""
        self.most_wagered: int | None = None
        """The most that the player stakes in a day."""
        self.wagered = 0
        self.is_excluded = False
        self.reserved = 0
        """The wins that are held: the player's, and not to be played."""
        self.amounts: dict[tuple[str, str], int] = {}
        """What each bet said that it stakes; a free one stakes nothing."""

    def after(self, request: Transaction, code: str) -> None:
        """Take in that a request was decided with a code."""
        own = (request.integration, request.transaction_id)
        if code == "ok" or request.kind in ("refund", "rollback", "settle"):
            getattr(self, f"_{request.kind}")(request, own)
        elif request.kind == "bet":
            self.bets[own] = "refused"
        if code == "ok" and request.kind in _PLAYS:
            self.wagered += _stake(request)
        self.answered[own] = code

    def release(self, win_minor: int) -> None:
        """Take in that a held win may be played with."""
        self.balance += win_minor
        self.reserved -= win_minor

    def says(self, request: Transaction, status: str, bets_enabled: bool) -> str:
        """Return the code for a new request, as the books stand; they stay as they are."""
        own = (request.integration, request.transaction_id)
        if request.kind == "bet" and self.bets.get(own) == "barred":
            return "bet_cancelled"
        if request.kind in _PLAYS:
            refusal = self._not_allowed(request, status, bets_enabled)
            if refusal:
                return refusal
        if request.kind == "deposit":
            return "ok"
        return str(getattr(self.copy(), f"_{request.kind}")(request, own))

    def copy(self) -> "WalletBooks":
        """Return books that stand alike."""
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | set):
                setattr(other, name, value.copy())
        return other

    def _not_allowed(self, request: Transaction, status: str, bets_enabled: bool) -> str:
        bet = (request.integration, request.bet_transaction_id)
        if request.kind == "hold" and bet in self.bets:
            return ""  # the bet itself stands first
        if status == "none":
            return "session_not_found"
        if status != "active":
            return "session_suspended" if status == "suspended" else "session_expired"
        if not bets_enabled:
            return "bets_disabled"
        if self.blocked:
            return "player_blocked"
        return self._limited(_stake(request))

    def meets(self) -> str:
        """Return what a request for a session is refused with; empty when it is not."""
        return "player_blocked" if self.blocked else self._limited(0)

    def _limited(self, stake: int) -> str:
        if self.is_excluded:
            return "rg_self_excluded"
        if stake and self.most_stake is not None and stake > self.most_stake:
            return "rg_stake_limit"
        if stake and self.most_wagered is not None and self.wagered + stake > self.most_wagered:
            return "rg_wager_limit"
        return ""

    def _refund(self, request: Any, own: tuple[str, str]) -> str:
        bet = (request.integration, request.bet_transaction_id)
        open_ = self.bets.get(bet) == "open" and not request.by_bet
        if open_ and self.amounts[bet] != request.amount_minor:
            return "refund_amount_mismatch"
        return super()._refund(request, own)

    def _bet(self, request: Any, own: tuple[str, str]) -> str:
        self.amounts[own] = request.amount_minor
        return super()._bet(replace(request, amount_minor=_stake(request)), own)

    def _win(self, request: Any, own: tuple[str, str]) -> str:
        if request.type == "jackpot":
            self.balance += request.amount_minor
            if request.finished:
                self.finished.add((request.integration, request.round_id))
        elif (refusal := super()._win(request, own)) != "ok":
            return refusal
        return self._kept_back(request)

    def _settle(self, request: Any, own: tuple[str, str]) -> str:
        refusal = super()._settle(request, own)
        return refusal if refusal != "ok" else self._kept_back(request)

    def _kept_back(self, win: Transaction) -> str:
        if win.amount_minor > LARGEST_WIN and win.integration in _HOLDING:
            self.balance -= win.amount_minor
            self.reserved += win.amount_minor
        return "ok"

    def _deposit(self, request: Any, own: tuple[str, str]) -> str:
        self.balance += request.amount_minor
        return "ok"

    def _withdrawal(self, request: Any, own: tuple[str, str]) -> str:
        if request.amount_minor > self.balance:
            return "insufficient_funds"
        self.balance -= request.amount_minor
        return "ok"


def enabled(integration: str) -> str:
    """Name whether an integration may call at all."""
    return f"{integration} enabled"


def _stake(bet: Transaction) -> int:
    return 0 if bet.type == "freespin" else bet.amount_minor


class _Stood(NamedTuple):
    """How something stood from a moment on; a write is seen in parts before it is complete."""

    seen_us: int
    at_us: int
    name: str
    value: Any


class Reference:
    """The books of every wallet, and everything else as it stood, since ever.

    `facts` are sessions with their status, whether integrations may call, and until when bets are
    off, in seconds since the epoch: 0 is for good, `None` is on.
    """

    def __init__(self, books: Mapping[str, WalletBooks], facts: Mapping[str, object]) -> None:
        self.books = books
        self._past: list[_Stood] = []
        for player_id in books:
            self.changed(_EVER_US, _EVER_US, player_id)
        for name, value in facts.items():
            self.now_is(_EVER_US, _EVER_US, name, value)

    def changed(self, seen_us: int, at_us: int, player_id: str) -> None:
        """Remember how a wallet's books stand from now on."""
        self.now_is(seen_us, at_us, player_id, self.books[player_id].copy())

    def now_is(self, seen_us: int, at_us: int, name: str, value: object) -> None:
        """Take in a session's status, or what an integration may do."""
        self._past.append(_Stood(seen_us, at_us, name, value))

    def begins(self, seen_us: int, at_us: int, session_id: str) -> None:
        """Take in a new session."""
        self._past.insert(0, _Stood(_EVER_US, _EVER_US, session_id, "none"))
        self.now_is(seen_us, at_us, session_id, "active")

    def possible(
        self,
        request: Transaction,
        player_id: str,
        begun_us: int,
        until_us: int,
        wallet: WalletBooks | None = None,
    ) -> set[str]:
        """Return what could be said to a request on its way, from when it began to its answer.

        With `wallet` these books alone count; session and terms may be as they were when they
        were read.
        """
        sessions = set(self.stood(request.session_id or "", begun_us, until_us)) or {"none"}
        terms = self._takes_bets(request.integration, begun_us, until_us)
        wallets: Iterable[WalletBooks] = self.stood(player_id, begun_us, until_us)
        return {
            books.says(request, status, on)
            for books in ((wallet,) if wallet else wallets)
            for status in sessions
            for on in terms
        }

    def _takes_bets(self, integration: str, begun_us: int, until_us: int) -> set[bool]:
        """Return whether bets may have been on: of the integration, of its brand and of all.

        An end lies where the clock of an environment sees it.
        """
        found, brand = {True}, _BRANDS.get(integration, HOME)
        for name in (integration, SHARED["bets"], SHARED[f"bets@{brand}"]):
            ends = set(self.stood(name, begun_us - CACHE_US, until_us)) or {None}
            on = {False for end in ends if end == 0} | {True for end in ends if end is None}
            for end_us in (1_000_000 * (end - START_S) for end in ends if end):
                on |= {False} if begun_us - SKEW_US < end_us else set()
                on |= {True} if until_us + SKEW_US >= end_us else set()
            found = {one and other for one in found for other in on}
        return found

    def balances(self, player_id: str, begun_us: int, until_us: int) -> set[int]:
        """Return what a player could spend at any of these moments."""
        return {books.balance for books in self.stood(player_id, begun_us, until_us)}

    def stood(self, name: str, since_us: int, until_us: int) -> Iterator[Any]:
        """Yield how something stood from then on, the latest first."""
        for each in reversed(self._past):
            if each.name == name and each.seen_us <= until_us:
                yield each.value
                if each.at_us < since_us:
                    return
