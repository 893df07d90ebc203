"""The figures, as DuckDB adds them up: each event once, each currency on its own.

Money is added in minor units, as whole numbers of 128 bits, from the exact text beside each amount:
a JSON reader takes the amount itself for a binary fraction. What cannot be read ends the report.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import duckdb

from ops.errors import OpsError
from ops.report.lake import Span

type By = Literal["game", "provider", "currency"]

REVENUE_TYPES: Final = frozenset({"wallet.debit.completed", "wallet.credit.completed"})
ACTIVITY_TYPES: Final = REVENUE_TYPES | {"wallet.debit.refused", "session.started"}
LIMIT_TYPES: Final = frozenset({"rg.limit.hit"})

#: The major version of the events' schemas that the statements below read.
_MAJOR: Final = "1"

#: DuckDB loads nothing from anywhere: it reads the files that it is given.
_CONFIG: Final[dict[str, Any]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

#: While a version is written beside the next one, both have the same id.
_EVENTS: Final = """
CREATE TABLE events AS
SELECT
    json->>'$.event_id' AS event_id,
    json->>'$.event_type' AS type,
    json->>'$.occurred_at' AS moment,
    json->>'$.player_id' AS player,
    json->>'$.payload.integration' AS provider,
    coalesce(json->>'$.payload.game_id', '') AS game,
    coalesce(json->>'$.payload.amount.currency', json->>'$.payload.currency') AS currency,
    json->>'$.payload.kind' AS kind,
    json->>'$.payload.round_id' AS round_id,
    json->>'$.payload.rule' AS rule,
    CAST(json->>'$.payload.amount.minor' AS HUGEINT) AS minor
FROM read_ndjson_objects($files)
WHERE split_part(json->>'$.schema_version', '.', 1) = $major
QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY json->>'$.schema_version' DESC) = 1
"""
_UNKNOWN: Final = """
SELECT count(*) FROM (
    SELECT json->>'$.event_id' AS id
    FROM read_ndjson_objects($files)
    GROUP BY id
    HAVING NOT bool_or(split_part(json->>'$.schema_version', '.', 1) = $major)
)
"""
#: What play moved: a stake out of the wallet, and a refund or win into it.
_PLAYED: Final = """
CREATE VIEW played AS
SELECT *,
    CASE WHEN minor IS NULL OR currency IS NULL
             THEN CAST(error('an amount is not exact') AS HUGEINT)
         WHEN type = 'wallet.debit.completed' THEN minor
         ELSE -minor END AS taken,
    CASE WHEN kind IN ('bet', 'hold') THEN 'stake'
         WHEN kind IN ('refund', 'rollback') THEN 'refund'
         ELSE 'win' END AS part
FROM events
WHERE type IN ('wallet.debit.completed', 'wallet.credit.completed')
    AND kind IN ('bet', 'hold', 'refund', 'rollback', 'win', 'settle')
"""
_REVENUE: Final = """
SELECT {group} AS name, currency,
    count(*) FILTER (part = 'stake' AND taken <> 0) AS bets,
    coalesce(sum(taken) FILTER (part = 'stake'), 0) AS stakes,
    coalesce(-sum(taken) FILTER (part = 'refund'), 0) AS refunds,
    coalesce(-sum(taken) FILTER (part = 'win'), 0) AS wins,
    sum(taken) AS ggr
FROM played WHERE moment >= $since AND moment < $until
GROUP BY ALL ORDER BY ALL
"""
_ACTIVITY: Final = """
SELECT {group} AS name, currency,
    count(DISTINCT player) FILTER (kind IN ('bet', 'hold') AND type LIKE '%.completed') AS players,
    count(*) FILTER (type = 'session.started') AS sessions,
    count(DISTINCT (provider, player, round_id)) FILTER (
        round_id IS NOT NULL AND kind IN ('bet', 'hold') AND type LIKE '%.completed') AS rounds,
    count(*) FILTER (kind IN ('bet', 'hold') AND type LIKE '%.completed') AS bets,
    count(*) FILTER (kind IN ('bet', 'hold') AND type = 'wallet.debit.refused') AS refused
FROM events
WHERE moment >= $since AND moment < $until
    AND (type = 'session.started' OR kind IN ('bet', 'hold'))
GROUP BY ALL ORDER BY ALL
"""
_LIMITS: Final = """
SELECT {group} AS player, currency, rule, count(*) AS times, max(moment) AS last
FROM events
WHERE moment >= $since AND moment < $until AND type = 'rg.limit.hit'
GROUP BY ALL ORDER BY ALL
"""
_GROUPS: Final[dict[By, str]] = {"game": "game", "provider": "provider", "currency": "currency"}


class Revenue(NamedTuple):
    """What a game, provider or currency brought; amounts in minor units of the currency.

    The gross gaming revenue is the stakes less the refunds and the wins.
    """

    name: str
    currency: str
    bets: int
    stakes_minor: int
    refunds_minor: int
    wins_minor: int
    ggr_minor: int


class Activity(NamedTuple):
    """How much was played: players with a bet, and bets that were accepted or refused."""

    name: str
    currency: str
    players: int
    sessions: int
    rounds: int
    bets: int
    refused: int


class LimitMet(NamedTuple):
    """How often a player met a limit or an exclusion, by its refusal, and when last."""

    player: str
    currency: str
    rule: str
    times: int
    last: str


def revenue(files: Sequence[Path], since: str, until: str, by: By) -> list[Revenue]:
    """Return the revenue of a time, by name and currency; times as the events have them."""
    return [Revenue(*row) for row in _rows(files, _REVENUE, _GROUPS[by], since, until)]


def revenue_by_day(files: Sequence[Path], since: str, until: str) -> list[Revenue]:
    """Return the same with the days (UTC) as names."""
    return [Revenue(*row) for row in _rows(files, _REVENUE, "moment[:10]", since, until)]


def activity(files: Sequence[Path], since: str, until: str, by: By) -> list[Activity]:
    """Return the activity of a time, by name and currency."""
    return [Activity(*row) for row in _rows(files, _ACTIVITY, _GROUPS[by], since, until)]


def activity_by_day(files: Sequence[Path], since: str, until: str) -> list[Activity]:
    """Return the same with the days (UTC) as names."""
    return [Activity(*row) for row in _rows(files, _ACTIVITY, "moment[:10]", since, until)]


def limits(files: Sequence[Path], since: str, until: str) -> list[LimitMet]:
    """Return who met which limit in a time."""
    return [LimitMet(*row) for row in _rows(files, _LIMITS, "player", since, until)]


def _rows(
    files: Sequence[Path], statement: str, group: str, since: str, until: str
) -> list[tuple[Any, ...]]:
    if not files:
        return []
    read = {"files": [str(path) for path in files], "major": _MAJOR}
    with duckdb.connect(":memory:", config=_CONFIG) as lake:
        try:
            (unknown,) = lake.execute(_UNKNOWN, read).fetchall()[0]
            if unknown:
                message = f"{unknown} events have a version that this command does not know"
                raise OpsError("unknown_version", message)
            lake.execute(_EVENTS, read)
            lake.execute(_PLAYED)
            times = {"since": since, "until": until}
            return lake.execute(statement.format(group=group), times).fetchall()
        except duckdb.Error as error:
            raise OpsError("unreadable_lake", str(error).splitlines()[0]) from error


def span(types: frozenset[str], since: str, until: str) -> Span:
    """Return which objects hold the events of a time; `until` is not part of it."""
    return Span(types, since[:10], until[:10])
