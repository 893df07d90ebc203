"""Wires the rehearsal of new versions; no other function loads it."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final
from uuid import uuid4

from botocore.config import Config

from casino.audit.model import Who, of_session
from casino.aws.clients import aws_client, dynamodb_client, secrets_client
from casino.aws.invoke import ask
from casino.aws.lean.clients import lean_calls
from casino.aws.lean.protocol import Service
from casino.base.clock import Clock, SystemClock
from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.dialects.registry import family
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.telemetry import Telemetry
from casino.rehearsal.endpoint import RehearsalEndpoint
from casino.rehearsal.play import Seat, play
from casino.sessions.store.sessions import DynamoDbSessions
from casino.signing.pair import Pair
from casino.wallet.model import Session
from casino.wiring.settings import SettingsError, load_settings, required

#: Longer than any hook may run; a second try would be a second request.
_PATIENT: Final = Config(connect_timeout=2, read_timeout=60, retries={"total_max_attempts": 1})
_HOOKS: Final = "/webhooks/igsp/v1/platforms/game-provider/hooks"
_GAME: Final = "rehearsal"
_SESSION_S: Final = 900


#: botocore's model of the service weighs more than the rest of the rehearsal.
_CODEDEPLOY: Final = Service("codedeploy", "CodeDeploy_20141006", "1.1")

type Call = Callable[[str, Mapping[str, Any]], Any]


def codedeploy_calls(environment: Mapping[str, str]) -> Call:
    """Return what calls an operation of CodeDeploy; raises `SettingsError` where it cannot."""
    calls = lean_calls(_CODEDEPLOY, environment)
    if calls is None:
        raise SettingsError("CodeDeploy is told of a rehearsal from an ordinary environment only")
    return calls


def rehearsal_handler(
    environment: Mapping[str, str] = os.environ,
    functions: Callable[[], Any] = lambda: aws_client("lambda", _PATIENT),
    codedeploy: Callable[[Mapping[str, str]], Call] = codedeploy_calls,
) -> Callable[[Mapping[str, Any], object], dict[str, object]]:
    """Return the Lambda handler, wired from the environment.

    `functions` makes a client of Lambda, `codedeploy` what calls an operation of CodeDeploy.
    """

    def decide(deployment: str, execution: str, said: str) -> None:
        given = {"deploymentId": deployment, "lifecycleEventHookExecutionId": execution}
        told = given | {"status": said}
        codedeploy(environment)("PutLifecycleEventHookExecutionStatus", told)

    observer = Telemetry(load_settings(environment).service)
    rehearse = partial(_rehearse, environment, functions())
    return RehearsalEndpoint(rehearse, decide, observer).handle


def _rehearse(environment: Mapping[str, str], functions: Any) -> list[str]:
    """Play one round at the function of all actions, and one at the functions of single ones."""
    clock, dynamodb = SystemClock(), dynamodb_client()
    tables = load_settings(environment).tables
    name = required(environment, "REHEARSAL_INTEGRATION")
    caller = DynamoDbRegistry(dynamodb, tables).in_force(name)
    if caller is None:
        raise AdminError("no_integration", f"there is no integration {name}")
    session = _session(environment, name, clock.now())
    who = Who("rehearse-version", "a new version is rehearsed")
    audit = who.record(of_session(session.session_id), "open session", clock.now(), new="active")
    if not DynamoDbSessions(dynamodb, tables).add(session, audit):
        raise AdminError("no_player", f"there is no player {session.player_id}")
    pair = SecretsManagerKeyring(secrets_client(), clock).live(caller)[0]
    seat = Seat(session.player_id, session.currency, session.session_id, session.game_id)
    faults = []
    for versions in _plays(environment):
        ask_version = partial(_ask, functions, versions, pair, clock)
        with_bet = caller.wallet.takes_bets(clock.now())
        faults += play(ask_version, seat, str(uuid4()), with_bet=with_bet)
    return faults


def _session(environment: Mapping[str, str], integration: str, now: float) -> Session:
    return Session(
        session_id=f"rehearsal-{uuid4()}",
        player_id=required(environment, "REHEARSAL_PLAYER"),
        currency=required(environment, "REHEARSAL_CURRENCY"),
        integration=integration,
        game_id=_GAME,
        status="active",
        opened_at=iso_utc(now),
        expires_at=int(now) + _SESSION_S,
    )


def _plays(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield action → version, for each way in which iGSP reaches the wallet."""
    actions = ("balance", "bet", "refund")
    yield dict.fromkeys(actions, required(environment, "HOOKS_VERSION"))
    yield {action: required(environment, f"{action.upper()}_VERSION") for action in actions}


def _ask(
    functions: Any, versions: Mapping[str, str], pair: Pair, clock: Clock, action: str, body: bytes
) -> Mapping[str, Any]:
    headers = family("igsp").sign(body, pair, clock.now())
    event = {
        "resource": _HOOKS,
        "path": _HOOKS,
        "httpMethod": "POST",
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {
            "requestId": str(uuid4()),
            "httpMethod": "POST",
            "path": _HOOKS,
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": body.decode(),
        "isBase64Encoded": False,
    }
    answer: Mapping[str, Any] = ask(functions, versions[action], event)
    return answer
