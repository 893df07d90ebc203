"""The changes of the casino's own API: body → use case → answer, each once for its key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import msgspec

from casino.accounts.admin import PlayerAdmin
from casino.accounts.answers import error_answer, written
from casino.accounts.api import (
    Asked,
    Movement,
    NewPlayer,
    Payout,
    Profile,
    Reasoned,
    minor_of,
    parsed,
)
from casino.accounts.model import Reply
from casino.accounts.once import Repeats
from casino.accounts.reservations import Reservations
from casino.audit.model import Once
from casino.base.errors import AdminError
from casino.base.money import amount
from casino.wallet.dialect import Answer
from casino.wallet.model import PLATFORM
from casino.wallet.service import Result


@dataclass(frozen=True, slots=True)
class Writes:
    """The routes that change something."""

    players: PlayerAdmin
    reservations: Reservations
    repeats: Repeats
    new_id: Callable[[], str] = lambda: f"res-{uuid4()}"

    def routes(self) -> dict[tuple[str, str], Callable[[Asked], Reply]]:
        """Return what answers which method of which resource."""
        player = "/players/{player_id}"
        wallet = f"{player}/wallets/{{currency}}"
        return {
            ("POST", "/players"): self._add,
            ("PATCH", player): self._change_profile,
            ("POST", f"{player}/block"): lambda asked: self._set_blocked(asked, blocked=True),
            ("POST", f"{player}/unblock"): lambda asked: self._set_blocked(asked, blocked=False),
            ("POST", f"{wallet}/deposits"): self._deposit,
            ("POST", f"{wallet}/withdrawals"): self._withdraw,
            ("POST", f"{wallet}/reservations"): self._reserve,
            ("POST", f"{wallet}/reservations/{{reservation_id}}/release"): self._release,
        }

    def _add(self, asked: Asked) -> Reply:
        body = parsed(NewPlayer, asked.body)
        profile = {name: value for name, value in body.said().items() if value is not None}
        currencies = sorted(set(body.currencies))
        said = {"player_id": body.player_id, "currencies": currencies, **profile}
        answer = {"player_id": body.player_id, "blocked": False, "currencies": currencies}

        def add(once: Once) -> None:
            who = asked.who(body, once)
            self.players.add(body.player_id, currencies, profile, who=who)

        return self.once(asked, said, Answer(201, written(answer)), add)

    def _change_profile(self, asked: Asked) -> Reply:
        body = parsed(Profile, asked.body)
        said = body.said()
        answer = {"player_id": asked.player_id, "changed": sorted(said)}
        # The use case forgets what an empty text stands for.
        fields = {name: value or "" for name, value in said.items()}

        def change(once: Once) -> None:
            self.players.change_profile(asked.player_id, who=asked.who(body, once), **fields)

        return self.once(asked, said, Answer(200, written(answer)), change)

    def _set_blocked(self, asked: Asked, *, blocked: bool) -> Reply:
        body = parsed(Reasoned, asked.body)
        answer = {"player_id": asked.player_id, "blocked": blocked}

        def change(once: Once) -> None:
            who = asked.who(body, once)
            self.players.set_blocked(asked.player_id, blocked=blocked, who=who)

        return self.once(asked, {}, Answer(200, written(answer)), change)

    def _deposit(self, asked: Asked) -> Reply:
        """Pay in; as for operators, the first deposit opens the wallet."""
        body, currency = parsed(Movement, asked.body), asked.currency
        amount_minor, who, key = minor_of(body.amount, currency), asked.who(body), asked.key
        moved = (asked.player_id, currency, amount_minor, key)
        pay_in = partial(self.players.move, "deposit", *moved, who=who, trace_id=asked.trace_id)
        try:
            return _told(pay_in())
        except AdminError as error:
            if error.code != "wallet_not_found":
                raise
        if self.players.history.find(PLATFORM, key) is not None:
            # Another wallet's deposit has the key: nothing changes, so no wallet is opened.
            raise AdminError("transaction_mismatch", "")
        self.players.open_wallet(asked.player_id, currency, who=who)
        return _told(pay_in())

    def _withdraw(self, asked: Asked) -> Reply:
        body, currency = parsed(Payout, asked.body), asked.currency
        amount_minor, who, key = minor_of(body.amount, currency), asked.who(body), asked.key
        moved = (asked.player_id, currency, amount_minor, key, body.reservation_id)
        return _told(self.players.move("withdrawal", *moved, who=who, trace_id=asked.trace_id))

    def _reserve(self, asked: Asked) -> Reply:
        body, currency = parsed(Movement, asked.body), asked.currency
        amount_minor = minor_of(body.amount, currency)
        reservation_id = self.new_id()
        answer = {
            "reservation_id": reservation_id,
            "player_id": asked.player_id,
            "currency": currency,
            "amount": amount(amount_minor, currency),
        }

        def reserve(once: Once) -> None:
            wanted = (asked.player_id, currency, amount_minor, reservation_id)
            self.reservations.reserve(*wanted, who=asked.who(body, once))

        said = {"amount_minor": amount_minor}
        return self.once(asked, said, Answer(201, written(answer)), reserve)

    def _release(self, asked: Asked) -> Reply:
        body, reservation_id = parsed(Reasoned, asked.body), asked.place["reservation_id"]
        named = (asked.player_id, asked.currency, reservation_id)
        answer = {"reservation_id": reservation_id, "status": "released"}

        def release(once: Once) -> None:
            self.reservations.release(*named, who=asked.who(body, once))

        return self.once(asked, {}, Answer(200, written(answer)), release)

    def once(
        self,
        asked: Asked,
        said: Mapping[str, Any],
        answer: Answer,
        change: Callable[[Once], object],
    ) -> Reply:
        """Return what a change under the request's key is answered; `said` tells it from others."""

        def refused(error: AdminError) -> Answer:
            return error_answer(error.code, asked.trace_id, str(error))

        once = asked.once(said, answer)
        made, replay = self.repeats.once(once, change, refused)
        code = "ok" if made.status < 400 else str(msgspec.json.decode(made.body)["error"])
        return Reply(made.status, made.body, code, replay)


def _told(result: Result) -> Reply:
    """Return what the ledger keeps: it answers every copy itself, since the key is the id there."""
    return Reply(result.status, result.body, result.code, result.replay)
