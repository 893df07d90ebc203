"""Wires the rehearsal of new versions; no other function loads it."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final
from uuid import uuid4

from botocore.config import Config

from casino.audit.model import Who
from casino.aws.clients import aws_client, dynamodb_client, secrets_client
from casino.aws.invoke import ask
from casino.base.clock import Clock, SystemClock
from casino.base.errors import AdminError
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.telemetry import Telemetry
from casino.rehearsal.endpoint import RehearsalEndpoint
from casino.rehearsal.play import Seat, play
from casino.sessions.admin import SessionAdmin
from casino.sessions.store.sessions import DynamoDbSessions
from casino.signing.pair import Pair
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wiring.settings import load_settings, required

#: An answer may take as long as the hook may run; a second try would be a second request.
_PATIENT: Final = Config(connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1})
_HOOKS: Final = "/webhooks/igsp/v1/platforms/game-provider/hooks"
_GAME: Final = "rehearsal"
_SESSION_S: Final = 900


def rehearsal_handler(
    environment: Mapping[str, str] = os.environ,
    client: Callable[[str, Config], Any] = aws_client,
) -> Callable[[Mapping[str, Any], object], dict[str, object]]:
    """Return the Lambda handler, wired from the environment; `client` makes one of a service."""
    settings = load_settings(environment)

    def decide(deployment: str, execution: str, said: str) -> None:
        client("codedeploy", _PATIENT).put_lifecycle_event_hook_execution_status(
            deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=said
        )

    rehearse = partial(_rehearse, environment, client("lambda", _PATIENT))
    return RehearsalEndpoint(rehearse, decide, Telemetry(settings.service)).handle


def _rehearse(environment: Mapping[str, str], functions: Any) -> list[str]:
    """Play one round at the function of all actions, and one at the functions of single ones."""
    clock, dynamodb = SystemClock(), dynamodb_client()
    tables = load_settings(environment).tables
    registry = DynamoDbRegistry(dynamodb, tables)

    def integration(name: str) -> Integration:
        found = registry.in_force(name)
        if found is None:
            raise AdminError("no_integration", f"there is no integration {name}")
        return found

    caller = integration(required(environment, "REHEARSAL_INTEGRATION"))
    player = required(environment, "REHEARSAL_PLAYER")
    currency = required(environment, "REHEARSAL_CURRENCY")
    sessions = SessionAdmin(
        DynamoDbSessions(dynamodb, tables),
        lambda _: None,
        DynamoDbAccounts(dynamodb, tables),
        integration,
        clock,
    )
    who = Who("rehearse-version", "a new version is rehearsed")
    seat = sessions.open(
        player, currency, _GAME, who=who, integration=caller.name, ttl_s=_SESSION_S
    )
    pair = SecretsManagerKeyring(secrets_client(), clock).live(caller)[0]
    faults = []
    for versions in _plays(environment):
        ask_version = partial(_ask, functions, versions, pair, clock)
        at = Seat(player, currency, seat.session_id, _GAME)
        faults += play(ask_version, at, str(uuid4()), with_bet=caller.wallet.bets_enabled)
    return faults


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
