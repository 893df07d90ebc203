"""The changes of the casino's own API: body → use case → answer, each once for its key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from casino.accounts.admin import PlayerAdmin
from casino.accounts.answers import error_answer, written
from casino.accounts.api import Asked, Movement, NewPlayer, Profile, Reasoned, minor_of, parsed
from casino.accounts.model import Reply
from casino.accounts.once import Repeats
from casino.audit.model import Once
from casino.base.errors import AdminError
from casino.wallet.dialect import Answer


@dataclass(frozen=True, slots=True)
class Writes:
    """The routes that change something."""

    players: PlayerAdmin
    repeats: Repeats

    def routes(self) -> dict[tuple[str, str], Callable[[Asked], Reply]]:
        """Return what answers which method of which resource."""
        player = "/players/{player_id}"
        wallet = f"{player}/wallets/{{currency}}"
        return {
            ("POST", "/players"): self._add,
            ("PATCH", player): self._change_profile,
            ("POST", f"{player}/block"): lambda asked: self._set_blocked(asked, blocked=True),
            ("POST", f"{player}/unblock"): lambda asked: self._set_blocked(asked, blocked=False),
            ("POST", f"{wallet}/deposits"): lambda asked: self._move(asked, "deposit"),
            ("POST", f"{wallet}/withdrawals"): lambda asked: self._move(asked, "withdrawal"),
        }

    def _add(self, asked: Asked) -> Reply:
        body = parsed(NewPlayer, asked.body)
        profile = {name: value for name, value in body.said().items() if value is not None}
        said = {"player_id": body.player_id, "currencies": body.currencies, **profile}
        answer = {"player_id": body.player_id, "blocked": False, "currencies": body.currencies}

        def add(once: Once) -> None:
            who = asked.who(body, once)
            self.players.add(body.player_id, body.currencies, profile, who=who)

        return self._once(asked, said, Answer(201, written(answer)), add)

    def _change_profile(self, asked: Asked) -> Reply:
        body = parsed(Profile, asked.body)
        said = body.said()
        answer = {"player_id": asked.player_id, "changed": sorted(said)}
        # The use case forgets what an empty text stands for.
        fields = {name: value or "" for name, value in said.items()}

        def change(once: Once) -> None:
            self.players.change_profile(asked.player_id, who=asked.who(body, once), **fields)

        return self._once(asked, said, Answer(200, written(answer)), change)

    def _set_blocked(self, asked: Asked, *, blocked: bool) -> Reply:
        body = parsed(Reasoned, asked.body)
        answer = {"player_id": asked.player_id, "blocked": blocked}

        def change(once: Once) -> None:
            who = asked.who(body, once)
            self.players.set_blocked(asked.player_id, blocked=blocked, who=who)

        return self._once(asked, {}, Answer(200, written(answer)), change)

    def _move(self, asked: Asked, kind: Literal["deposit", "withdrawal"]) -> Reply:
        """The ledger itself answers a copy: the key is the transaction's id."""
        body, currency, key = parsed(Movement, asked.body), asked.currency, asked.key
        amount_minor, who = minor_of(body.amount, currency), asked.who(body)
        if kind == "deposit":
            # As for operators, the first deposit opens the wallet.
            self.players.open_wallet(asked.player_id, currency, who=who)
        moved = (asked.player_id, currency, amount_minor, key)
        made = self.players.move(kind, *moved, who=who, trace_id=asked.trace_id)
        return Reply(made.status, made.body, made.code, made.replay)

    def _once(
        self,
        asked: Asked,
        said: Mapping[str, Any],
        answer: Answer,
        change: Callable[[Once], object],
    ) -> Reply:
        def refused(error: AdminError) -> Answer:
            return error_answer(error.code, asked.trace_id, str(error))

        once = asked.once(said, answer)
        made, replay = self.repeats.once(once, change, refused)
        code = "ok" if made.status < 400 else str(msgspec.json.decode(made.body)["error"])
        return Reply(made.status, made.body, code, replay)
