"""The money of the wallet: outcomes by id, balances, sessions, rounds."""

import json
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Final

from testing.broken_wallet.books import Outcome, Round, Session, error, number
from testing.broken_wallet.door import Asked, RefusalError, open_door

_OPENING: Final = 1_000_00


@dataclass
class BrokenWallet:
    """Answers iGSP requests; `mistakes` names what it does wrong."""

    mistakes: frozenset[str] = frozenset()
    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)
    limited: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._outcomes: dict[str, Outcome] = {}
        self._cancelled: set[str] = set()
        self._rounds: dict[tuple[str, str], Round] = {}
        self._numbers = Counter[str]()
        self._lock = threading.Lock()
        self._meet = threading.Barrier(2, timeout=0.05)
        self._shown: dict[tuple[str, str], int] = {}
        self._floats: dict[tuple[str, str], float] = {}

    def on(self, mistake: str) -> bool:
        return mistake in self.mistakes

    def seat(self, player: str, trait: str = "normal") -> str:
        """Give a player a wallet and a session; returns the session's id."""
        self.balances[player, "EUR"] = _OPENING
        status = trait if trait in ("closed", "suspended") else "active"
        self.sessions[f"s-{player}"] = Session(player, "EUR", status)
        for name in ("blocked", "excluded", "limited"):
            if trait == name:
                getattr(self, name).add(player)
        return f"s-{player}"

    def handle(
        self, method: str, headers: list[tuple[str, Any]], body: bytes, hung_up: bool = False
    ) -> tuple[int, bytes]:
        """Answer a request; whoever hung up does not see the answer."""
        try:
            asked = open_door(self.on, method, headers, body)
            if asked.action == "balance":
                told = self._told(self._balance(asked))
                return 200, b'{"balance":null}' if self.on("no balance told") else told
            if self.on("ids unlocked"):
                return self._decide(asked, hung_up)
            if self.on("lost updates") and asked.action == "bet":
                return self._decide(asked, hung_up)
            with self._lock:
                return self._decide(asked, hung_up)
        except RefusalError as refusal:
            self._spoil(refusal, body)
            return refusal.status, error(refusal)
        except Exception:  # noqa: BLE001 - what any server does
            return 500, b'{"error":"internal","message":"internal"}'

    def _spoil(self, refusal: RefusalError, body: bytes) -> None:
        """Let a request that was never decided use its id up."""
        names = {"malformed recorded": "invalid_request", "unsigned recorded": "invalid_signature"}
        for mistake, code in names.items():
            if self.on(mistake) and refusal.code == code and body.startswith(b"{"):
                said = json.loads(body)
                asked = Asked("", "", "", None, id=str(said.get("transaction_id")))
                answer = Outcome(asked, refusal.status, error(refusal))
                self._outcomes.setdefault(asked.id, answer)

    def _balance(self, asked: Asked) -> int:
        if asked.session is not None:
            session = self._session(asked)
            if session.status == "suspended" and not self.on("suspended tells"):
                raise RefusalError(409, "session_suspended")
        elif self.on("balance needs a session"):
            raise RefusalError(400, "session_not_found")
        wallet = (asked.player, asked.currency)
        if wallet not in self.balances:
            if not self.on("unknown players welcome"):
                raise RefusalError(400, "player_not_found")
            return 0
        if self.on("balance lags"):
            shown = self._shown.get(wallet, self.balances[wallet])
            self._shown[wallet] = self.balances[wallet]
            return shown
        return self.balances[wallet]

    def _session(self, asked: Asked) -> Session:
        session = self.sessions.get(asked.session or "")
        if session is None:
            if not self.on("unknown sessions welcome"):
                raise RefusalError(400, "session_not_found")
            session = Session(asked.player, asked.currency)
        if session.player != asked.player and not self.on("others' sessions"):
            raise RefusalError(409, "player_mismatch")
        if session.currency != asked.currency and not self.on("currency unchecked"):
            raise RefusalError(409, "currency_mismatch")
        return session

    def _decide(self, asked: Asked, hung_up: bool) -> tuple[int, bytes]:
        if self.on("funds before ids") and asked.action == "bet":
            self._check_funds(asked)
        if self.on("rounds before ids") and asked.action == "bet":
            self._check_round(asked)
        key = f"{asked.action}/{asked.id}" if self.on("ids by action") else asked.id
        known = self._outcomes.get(key)
        if known is not None and not self._forgets(known):
            return self._replay(asked, known)
        self._overlap("ids unlocked")
        try:
            outcome = getattr(self, f"_{asked.action}")(asked)
        except RefusalError as refusal:
            outcome = Outcome(asked, refusal.status, error(refusal))
        sticky = outcome.applied or not self.on("refusals forgotten")
        decided = sticky and outcome.status not in (400, 422)
        if decided or asked.id in self._cancelled:
            self._outcomes[key] = outcome
        if hung_up and self.on("lost answers forget"):
            self._outcomes.pop(key, None)
        if hung_up and self.on("lost answers block"):
            self._outcomes[key] = Outcome(asked, 409, error(RefusalError(409, "in_progress")))
        if self.on("remembers three"):
            self._outcomes = dict(list(self._outcomes.items())[-3:])
        return outcome.status, outcome.body

    def _forgets(self, known: Outcome) -> bool:
        action = known.asked.action
        if known.voided and self.on("voided bets forgotten"):
            return True
        return known.applied and self.on(f"{action} replays move money")

    def _replay(self, asked: Asked, known: Outcome) -> tuple[int, bytes]:
        first = known.asked
        if first.action and not self.on("copies unchecked"):
            bare = {"body": b"", "session": None}
            same = replace(asked, **bare) == replace(first, **bare)  # type: ignore[arg-type]
            if self.on("copies by bytes"):
                same = asked.body == first.body
            if self.on("player not compared"):
                same = same or replace(asked, player=first.player, **bare) == replace(first, **bare)  # type: ignore[arg-type]
            if not same:
                raise RefusalError(409, "transaction_mismatch")
        if known.applied and self.on("copies tell today's balance"):
            wallet = (asked.player, asked.currency)
            return known.status, self._told(self.balances[wallet], known.reference)
        return known.status, known.body

    def _overlap(self, mistake: str) -> None:
        """Let two requests be at this point at once, if there are two."""
        if self.on(mistake):
            try:
                self._meet.wait()
            except threading.BrokenBarrierError:
                self._meet.reset()

    def _round(self, asked: Asked) -> Round:
        player = "" if self.on("rounds shared") else asked.player
        return self._rounds.setdefault((player, asked.round or f"none-{asked.id}"), Round())

    def _check_round(self, asked: Asked) -> None:
        if self._round(asked).finished and not self.on("finished ignored"):
            raise RefusalError(409, "round_finished")

    def _check_funds(self, asked: Asked) -> None:
        balance = self._wallet(asked)
        more = {} if self.on("402 without balance") else {"balance": number(balance)}
        slack = 1 if self.on("a cent of credit") else 0
        if asked.type != "freespin" and asked.minor > balance + slack:
            raise RefusalError(402, "insufficient_funds", **more)

    def _check_player(self, asked: Asked) -> None:
        if asked.player in self.blocked and not self.on("block ignored"):
            raise RefusalError(409, "player_blocked")
        if asked.player in self.excluded and not self.on("exclusion ignored"):
            raise RefusalError(409, "rg_self_excluded")
        if asked.player in self.limited and asked.minor > 50_00 and not self.on("limit ignored"):
            raise RefusalError(409, "rg_stake_limit")

    def _wallet(self, asked: Asked) -> int:
        return self.balances.setdefault((asked.player, asked.currency), 0)

    def _bet(self, asked: Asked) -> Outcome:
        if asked.id in self._cancelled and not self.on("late bets debit"):
            raise RefusalError(409, "bet_cancelled")
        session = self._session(asked)
        if session.status != "active" and not self.on("sessions never end"):
            raise RefusalError(409, f"session_{session.status}")
        self._check_player(asked)
        self._check_round(asked)
        self._check_funds(asked)
        if asked.minor == 0 and self.on("nothing staked refused"):
            raise RefusalError(400, "invalid_request")
        free = asked.type == "freespin" and not self.on("free spins debit")
        free = free or (asked.type == "tip" and self.on("tips are free"))
        debited = 0 if free else asked.minor
        balance = self._wallet(asked)
        self._overlap("lost updates")
        self._set(asked, balance, -debited)
        held = self._round(asked)
        held.bets += 1
        held.finished = held.finished or asked.finished
        return self._applied(asked, debited)

    def _win(self, asked: Asked) -> Outcome:
        session, held = self._session(asked), self._round(asked)
        if session.status != "active" and self.on("wins need a live session"):
            raise RefusalError(409, "session_expired")
        if asked.player in self.blocked and self.on("block stops wins"):
            raise RefusalError(409, "player_blocked")
        if asked.player in self.excluded and self.on("exclusion stops wins"):
            raise RefusalError(409, "rg_self_excluded")
        if held.finished and self.on("late wins refused"):
            raise RefusalError(409, "round_finished")
        if asked.round and not held.bets and self.on("wins need a bet"):
            raise RefusalError(404, "bet_not_found")
        if asked.type in ("jackpot", "prize") and self.on("jackpots refused"):
            raise RefusalError(400, "invalid_request")
        if held.bets and held.bets == held.refunded and asked.minor and asked.type == "win":
            raise RefusalError(409, "round_refunded")
        minor = asked.minor
        if self.on("single precision"):
            minor = round(struct.unpack("f", struct.pack("f", minor / 100))[0] * 100)
        self._move(asked, minor)
        held.finished = held.finished or asked.finished
        return self._applied(asked, 0)

    def _refund(self, asked: Asked) -> Outcome:
        bet = self._outcomes.get(str(asked.of)) or self._outcomes.get(f"bet/{asked.of}")
        refused = bet is not None and not bet.applied
        if bet is None or (refused and not self.on("refused bets refunded")):
            self._cancelled.add(str(asked.of))
            if self.on("unknown bets paid"):
                self._move(asked, asked.minor)
            if self.on("unknown bets refunded") or self.on("unknown bets paid"):
                return self._applied(asked, 0)
            raise RefusalError(404, "bet_not_found")
        self._check_refund(asked, bet)
        amount = asked.minor if self.on("refunds pay what they ask") else bet.debited
        if refused or (bet.asked.type == "freespin" and self.on("free spins come back")):
            amount = asked.minor
        self._move(asked, amount)
        bet.voided = True
        held = self._round(bet.asked)
        held.refunded += 1
        held.finished = held.finished or asked.finished
        return self._applied(asked, 0)

    def _check_refund(self, asked: Asked, bet: Outcome) -> None:
        first = bet.asked
        if first.action != "bet" and not self.on(f"a {first.action} refunded"):
            raise RefusalError(409, "refund_not_allowed")
        if first.player != asked.player and not self.on("others' bets refunded"):
            raise RefusalError(409, "player_mismatch")
        if first.type != asked.type and first.action == "bet" and not self.on("refund types"):
            raise RefusalError(409, "type_mismatch")
        if bet.voided and not self.on("refunds again"):
            raise RefusalError(409, "bet_already_refunded", transaction_id="r")
        if self._round(first).finished and self.on("finished rounds keep stakes"):
            raise RefusalError(409, "round_finished")
        if first.minor != asked.minor and not self.on("refunds pay what they ask"):
            raise RefusalError(422, "refund_amount_mismatch")

    def _move(self, asked: Asked, minor: int) -> None:
        self._set(asked, self._wallet(asked), minor)

    def _set(self, asked: Asked, balance: int, minor: int) -> None:
        wallet = (asked.player, asked.currency)
        self.balances[wallet] = balance + minor
        self._floats[wallet] = self._floats.get(wallet, balance / 100) + minor / 100

    def _applied(self, asked: Asked, debited: int) -> Outcome:
        self._numbers["plt"] += 1
        reference = "plt-1" if self.on("one reference") else f"plt-{self._numbers['plt']}"
        balance: float = self._wallet(asked)
        if self.on("answers tell the balance before"):
            balance += debited
        if self.on("floats told"):
            balance = self._floats[asked.player, asked.currency] * 100
        body = self._told(balance, reference)
        return Outcome(asked, 200, body, reference, debited, applied=True)

    def _told(self, minor: Any, reference: str = "") -> bytes:
        balance = minor / 100 if isinstance(minor, float) else number(minor)
        more = f',"transaction_id":"{reference}"' if reference else ""
        return f'{{"balance":{balance}{more}}}'.encode()
