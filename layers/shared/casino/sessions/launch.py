"""Launches a game: judge, write the session, ask the provider, write the outcome.

The session stands in the table before the provider is asked, since the provider may call back
before its own answer arrives. The write is conditional: of two launches of one `session_id` one
asks the provider, and the other learns that a launch is under way. A launch takes three calls to
AWS and one to the provider; a repeat within a minute takes one read.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, NoReturn
from uuid import uuid4

from casino.base.clock import Clock
from casino.base.errors import RetryableError
from casino.base.money import parse_major
from casino.integrations.model import Integration
from casino.providers.ports import LaunchRequest, ProviderClient, ProviderError
from casino.sessions.checks import Prerequisites, refusal
from casino.sessions.exchange import kept
from casino.sessions.model import (
    LEASE_S,
    RETRY_WINDOW_S,
    Exchange,
    Launch,
    LaunchOrder,
    Refuse,
    Repeat,
    Start,
    begin,
    decide,
    fail,
    second_id,
    succeed,
    user_token,
)
from casino.sessions.ports import Counterparts, Found, Launches
from casino.sessions.refusals import LaunchRefusedError
from casino.sessions.url import launch_url_fault

#: What a demo session is said to hold: it has no wallet.
DEMO_BALANCE_MAJOR: Final = "1000"


@dataclass(frozen=True, slots=True)
class LaunchSettings:
    """How long a session lasts, and how long its launch is repeated, in seconds."""

    session_ttl_s: int = 12 * 3600
    repeat_s: int = 60


@dataclass(frozen=True, slots=True)
class LaunchAnswer:
    """An open session; `repeat` says that it was launched before."""

    launch: Launch
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A launch that nothing forbids."""

    order: LaunchOrder
    integration: Integration
    player_name: str
    balance_minor: int
    category: str | None


class LaunchService:
    """The use case of `POST /sessions`."""

    def __init__(
        self,
        launches: Launches,
        counterparts: Counterparts,
        provider: ProviderClient,
        clock: Clock,
        settings: LaunchSettings | None = None,
        new_attempt: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._launches = launches
        self._counterparts = counterparts
        self._provider = provider
        self._clock = clock
        self._settings = settings or LaunchSettings()
        self._new_attempt = new_attempt

    def launch(self, order: LaunchOrder) -> LaunchAnswer:
        """Return the open session.

        Raises `LaunchRefusedError`, and `RetryableError` when a table cannot be read or written.
        """
        found = self._launches.load(order)
        admitted = self._admit(order, found)
        launch, replaces = found.launch, None
        if (
            launch is not None
            and launch.replaced_by
            and not isinstance(self._decide(launch, order), Refuse)
        ):
            # The first try got a 409 and went on under the second id: so does its repeat.
            replaces = order.session_id
            admitted = replace(admitted, order=replace(order, session_id=launch.replaced_by))
            launch = self._launches.get(launch.replaced_by)
        match self._decide(launch, admitted.order):
            case Repeat(launch=made):
                return LaunchAnswer(made, repeat=True)
            case Refuse(code=code):
                raise LaunchRefusedError(code, session_id=admitted.order.session_id)
            case Start(over=over):
                return self._start(admitted, over, replaces)

    def _admit(self, order: LaunchOrder, found: Found) -> _Admitted:
        game, integration, provider = found.game, None, None
        if game is not None:
            integration = self._counterparts.integration(game.integration)
            provider = self._counterparts.provider(game.integration, game.provider_id)
        now = self._clock.now()
        facts = Prerequisites(
            game=game,
            integration=integration,
            provider=provider,
            player=found.player,
            wallet=found.wallet,
            currency=order.currency,
            is_demo=order.is_demo,
            now=now,
        )
        code = refusal(facts)
        if code is not None:
            raise LaunchRefusedError(code)
        assert integration is not None  # noqa: S101 - `refusal` looked
        assert found.player is not None  # noqa: S101 - `refusal` looked
        balance_minor = parse_major(DEMO_BALANCE_MAJOR, order.currency)
        if not order.is_demo and found.wallet is not None:
            balance_minor = found.wallet.playable_minor(int(now))
        # Stakes count towards wagering by the category that the catalogue names first.
        category = next(iter(game.categories), None) if game is not None else None
        return _Admitted(order, integration, found.player.name or "", balance_minor, category)

    def _start(
        self, admitted: _Admitted, over: Launch | None, replaces: str | None
    ) -> LaunchAnswer:
        fresh = self._fresh(admitted, replaces)
        if self._launches.begin(fresh, over, fresh.started_at + LEASE_S):
            return self._ask(admitted, fresh)
        return self._overtaken(admitted.order)

    def _fresh(self, admitted: _Admitted, replaces: str | None) -> Launch:
        now = int(self._clock.now())
        integration, ttl_s = admitted.integration.name, self._settings.session_ttl_s
        attempt, category = self._new_attempt(), admitted.category
        launch = begin(admitted.order, integration, attempt, now, ttl_s, category)
        return replace(launch, replaces=replaces)

    def _ask(self, admitted: _Admitted, launch: Launch) -> LaunchAnswer:
        order = admitted.order
        request = LaunchRequest(
            session_id=order.session_id,
            game_id=order.game_id,
            player_id=order.player_id,
            player_name=admitted.player_name,
            currency=order.currency,
            balance_minor=admitted.balance_minor,
            device=order.device,
            return_url=order.return_url,
            language=order.language,
            is_demo=order.is_demo,
            user_token=user_token(launch),
        )
        try:
            made = self._provider.create_session(admitted.integration, request)
        except ProviderError as error:
            if error.code == "provider_conflict" and launch.replaces is None:
                return self._second(admitted, launch, error)
            exchange = _failed_exchange(error)
            self._fail(admitted, launch, error.code, error.detail, exchange)
        exchange = kept(made.request_body, made.response_body, made.status, made.correlation)
        fault = launch_url_fault(made.url, admitted.integration)
        if fault is not None:
            self._fail(admitted, launch, "launch_url_refused", fault, exchange)
        now = int(self._clock.now())
        done = succeed(launch, made.url, exchange, now, made.session_token)
        if self._launches.end(done, done.ended_at):
            return LaunchAnswer(done)
        return self._overtaken(order)

    def _second(self, admitted: _Admitted, first: Launch, error: ProviderError) -> LaunchAnswer:
        """Go on under the one other id: the provider knows the first one already."""
        order = replace(admitted.order, session_id=second_id(first.session.session_id))
        admitted = replace(admitted, order=order)
        now = int(self._clock.now())
        failed = fail(first, error.code, _failed_exchange(error), now)
        failed = replace(failed, replaced_by=order.session_id)
        fresh = self._fresh(admitted, first.session.session_id)
        told_at, check_at = _told_at(failed, admitted.integration), fresh.started_at + LEASE_S
        if self._launches.replace(failed, told_at, fresh, check_at):
            return self._ask(admitted, fresh)
        return self._overtaken(order)

    def _overtaken(self, order: LaunchOrder) -> LaunchAnswer:
        """Answer with what another try made of the session meanwhile."""
        match self._decide(self._launches.get(order.session_id), order):
            case Repeat(launch=made):
                return LaunchAnswer(made, repeat=True)
            case Refuse(code=code):
                raise LaunchRefusedError(code, session_id=order.session_id)
            case Start():
                raise LaunchRefusedError("launch_in_progress", session_id=order.session_id)

    def _fail(
        self, admitted: _Admitted, launch: Launch, code: str, detail: str, exchange: Exchange
    ) -> NoReturn:
        failed = fail(launch, code, exchange, int(self._clock.now()))
        # What cannot be written now, the schedule writes when the lease is over.
        with suppress(RetryableError):
            self._launches.end(failed, _told_at(failed, admitted.integration))
        raise LaunchRefusedError(
            code,
            detail,
            session_id=launch.session.session_id,
            facts=_facts(exchange),
        )

    def _decide(self, found: Launch | None, order: LaunchOrder) -> Start | Repeat | Refuse:
        return decide(found, order, int(self._clock.now()), self._settings.repeat_s)


def _told_at(failed: Launch, integration: Integration) -> int | None:
    """Return when the provider is to hear that a failed launch is over, if it has to."""
    if failed.provider_may_hold_it and integration.provider.close_sessions:
        return failed.ended_at + RETRY_WINDOW_S
    return None


def _facts(exchange: Exchange) -> dict[str, object]:
    """Return what the log tells of the provider."""
    facts = {
        "provider_status": exchange.status,
        "correlation": exchange.correlation,
        "provider_request": exchange.request,
        "provider_answer": exchange.response,
    }
    return {name: value for name, value in facts.items() if value}


def _failed_exchange(error: ProviderError) -> Exchange:
    answer = error.answer or error.detail
    return kept(error.request, answer, error.status, error.correlation)
