"""A launch from its request to its end: pure functions of (what stands there, request, now).

    (nothing) ──► launching ──► active ──► closed
                    │  ▲
                    ▼  │ the same launch again
                   failed ──► (final)

A launch is written before the provider is called. Each try has an `attempt` of its own, and only
the try that owns the session may end it; so a try that was overtaken changes nothing. A try that
ended without a word (a crash) loses the session after `LEASE_S`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from casino.base.times import iso_utc
from casino.wallet.model import Session

#: How long a try owns its session, in seconds: longer than the function may run.
LEASE_S: Final = 35
#: How long a launch that failed may be tried again before the provider is told that it is over.
RETRY_WINDOW_S: Final = 300

#: Failures after which the provider may hold a session that nobody here knows of.
_MAYBE_CREATED: Final = frozenset(
    {
        "launch_url_refused",
        "outcome_unknown",
        "provider_conflict",
        "provider_invalid_answer",
        "provider_timeout",
        "provider_unavailable",
    }
)


@dataclass(frozen=True, slots=True)
class LaunchOrder:
    """The caller's order; the balance is not among its fields."""

    session_id: str
    game_id: str
    player_id: str
    currency: str
    device: str = "mobile"
    return_url: str | None = None
    language: str | None = None
    is_demo: bool = False

    def fingerprint(self) -> str:
        """Return what makes two launches of a `session_id` the same one: SHA-256 in hex."""
        fields = (
            self.game_id,
            self.player_id,
            self.currency,
            self.device,
            self.return_url,
            self.language,
            "demo" if self.is_demo else "real",
        )
        text = "".join("-" if value is None else f"{len(value)}:{value}" for value in fields)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Exchange:
    """Both sides of the call to the provider, kept for reconciliation."""

    request: str = ""
    response: str = ""
    status: int | None = None
    correlation: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Launch:
    """A session and how it was launched; one that an operator opened has no `attempt`.

    `ended_at` is when the launch succeeded or failed. `final` bars another try of a failed one.
    `replaces` and `replaced_by` link the two ids of a launch that the provider answered with 409.
    `session_token` is the provider's own name of the session.
    """

    session: Session
    fingerprint: str = ""
    attempt: str = ""
    started_at: int = 0
    ended_at: int = 0
    url: str | None = None
    error: str | None = None
    final: bool = False
    replaces: str | None = None
    replaced_by: str | None = None
    exchange: Exchange | None = None
    session_token: str | None = None

    @property
    def provider_may_hold_it(self) -> bool:
        """Whether the provider may have a session for a launch that failed here."""
        return self.error in _MAYBE_CREATED


@dataclass(frozen=True, slots=True)
class Start:
    """Call the provider; `over` is the earlier try that is taken over."""

    over: Launch | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """The launch was made a moment ago: give its URL again."""

    launch: Launch


@dataclass(frozen=True, slots=True)
class Refuse:
    """The id cannot be launched."""

    code: str


def decide(
    found: Launch | None, order: LaunchOrder, now: int, repeat_s: int
) -> Start | Repeat | Refuse:
    """Decide what a launch under this id is; `now` is in seconds since the epoch."""
    if found is None:
        return Start(None)
    if found.fingerprint != order.fingerprint():
        return Refuse("session_mismatch")
    match found.session.status:
        case "launching":
            if now < found.started_at + LEASE_S:
                return Refuse("launch_in_progress")
            return Start(found)
        case "failed" if not found.final:
            return Start(found)
        case "active" if found.url and now < min(
            found.ended_at + repeat_s, found.session.expires_at
        ):
            return Repeat(found)
        case _:
            return Refuse("session_id_used")


def begin(
    order: LaunchOrder,
    integration: str,
    attempt: str,
    now: int,
    ttl_s: int,
    category: str | None = None,
) -> Launch:
    """Return the session as it is written before the provider is called."""
    session = Session(
        session_id=order.session_id,
        player_id=order.player_id,
        currency=order.currency,
        integration=integration,
        game_id=order.game_id,
        status="launching",
        opened_at=iso_utc(now),
        expires_at=now + ttl_s,
        is_demo=order.is_demo,
        category=category,
    )
    return Launch(session, order.fingerprint(), attempt, started_at=now)


def user_token(launch: Launch) -> str:
    """Return the one-time token of a try: nobody else knows its `attempt`."""
    return f"{launch.session.session_id}.{launch.attempt}"


def succeed(
    launch: Launch, url: str, exchange: Exchange, now: int, session_token: str | None = None
) -> Launch:
    """Return the session open for play."""
    return replace(
        launch,
        session=replace(launch.session, status="active"),
        ended_at=now,
        url=url,
        exchange=exchange,
        session_token=session_token,
    )


def fail(launch: Launch, error: str, exchange: Exchange, now: int) -> Launch:
    """Return the session that never opened."""
    return replace(
        launch,
        session=replace(launch.session, status="failed"),
        ended_at=now,
        error=error,
        exchange=exchange,
    )


def second_id(session_id: str) -> str:
    """Return the one other id that is tried after a 409: always the same for an id.

    So a caller that lost the answer and repeats the launch finds the second session, instead of
    making a third.
    """
    return f"sess-{hashlib.sha256(f'second:{session_id}'.encode()).hexdigest()[:32]}"
