"""The routes of responsible gaming: limits and exclusions, for the casino's site.

Every change may be sent again: what holds already, or waits already, stays as it is. Only a
confirmation has an Idempotency-Key: made twice, it would find nothing to confirm.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from casino.accounts.admin import PlayerAdmin
from casino.accounts.answers import written
from casino.accounts.api import Asked, Plain, PlainId, Reasoned, minor_of, parsed
from casino.accounts.limit_words import ending, limit_of, limits_shown, moment_of
from casino.accounts.limits import LimitsAdmin
from casino.accounts.model import Controlled, Exclusion, Reply
from casino.audit.model import Once
from casino.base.checks import a_currency
from casino.base.times import iso_utc
from casino.wallet.dialect import Answer


class InWallet(Reasoned):
    """A wallet of the player."""

    currency: str


class NewLimits(InWallet):
    """Limits by name: amounts as exact JSON numbers, times in whole minutes; `null` is none."""

    limits: Annotated[dict[str, int | Decimal | None], Field(min_length=1, max_length=20)]


class NewExclusion(Reasoned):
    """An exclusion until an ISO 8601 time; `null` is for good."""

    exclusion: Exclusion
    until: str | None


class Bet(Plain):
    """A bet that nobody places: what would it meet?"""

    player_id: PlainId
    currency: str
    amount: int | Decimal
    session_id: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = None


@dataclass(frozen=True, slots=True)
class Responsible:
    """The routes."""

    players: PlayerAdmin
    limits: LimitsAdmin
    once: Callable[[Asked, Mapping[str, Any], Answer, Callable[[Once], object]], Reply]
    """Makes a change once for its key: `casino.accounts.writes`."""

    def routes(self) -> dict[tuple[str, str], Callable[[Asked], Reply]]:
        """Return what answers which method of which resource."""
        limits = "/players/{player_id}/limits"
        return {
            ("GET", limits): self._show,
            ("PUT", limits): self._set,
            ("POST", f"{limits}/confirmations"): self._confirm,
            ("POST", "/players/{player_id}/exclusions"): self._exclude,
            ("POST", "/rg/check"): self._check,
        }

    def _show(self, asked: Asked) -> Reply:
        player = self.players.player(asked.player_id)
        wallets = [
            _shown(self.limits.standing(player.player_id, wallet.currency))
            for wallet in self.players.wallets(player.player_id)
        ]
        ends = {
            "self_exclusion": ending(player.self_excluded_until),
            "cool_off": ending(player.cool_off_until),
        }
        answer = {"player_id": player.player_id, **ends, "wallets": wallets}
        return Reply(200, written(answer))

    def _set(self, asked: Asked) -> Reply:
        body = parsed(NewLimits, asked.body)
        currency = a_currency(body.currency)
        wanted = {name: limit_of(name, value, currency) for name, value in body.limits.items()}
        who = asked.who(body)
        return self._changed(self.limits.set(asked.player_id, currency, wanted, who=who))

    def _confirm(self, asked: Asked) -> Reply:
        body = parsed(InWallet, asked.body)

        def confirm(once: Once) -> Once:
            def answered(after: Controlled) -> Once:
                return replace(once, body=self._changed(after).body)

            named, who = (asked.player_id, body.currency), asked.who(body)
            return answered(self.limits.confirm(*named, who=who, once=answered))

        return self.once(asked, {"currency": body.currency}, Answer(200, ""), confirm)

    def _changed(self, standing: Controlled) -> Reply:
        answer = {"player_id": standing.wallet.player_id, **_shown(standing)}
        return Reply(200, written(answer))

    def _exclude(self, asked: Asked) -> Reply:
        body = parsed(NewExclusion, asked.body)
        until = None if body.until is None else moment_of(body.until)
        who = asked.who(body)
        end = self.limits.exclude(asked.player_id, body.exclusion, until, who=who)
        answer = {"player_id": asked.player_id, "exclusion": body.exclusion, "until": iso_utc(end)}
        return Reply(200, written(answer))

    def _check(self, asked: Asked) -> Reply:
        body = parsed(Bet, asked.body)
        amount_minor = minor_of(body.amount, a_currency(body.currency))
        wanted = (body.player_id, body.currency, amount_minor, body.session_id)
        met = self.limits.check(*wanted)
        code, detail = (met.code, met.detail or None) if met is not None else (None, None)
        return Reply(200, written({"allowed": met is None, "code": code, "detail": detail}))


def _shown(standing: Controlled) -> dict[str, object]:
    return {"currency": standing.wallet.currency, **limits_shown(standing)}
