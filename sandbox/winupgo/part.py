"""WinUpGo's part of the local stack: connects it, and plays signed bets in two steps."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from uuid import uuid4

import boto3
import httpx

from casino.base.money import to_major
from casino.integrations.access import give_access
from casino.integrations.model import AccessTerms
from ops.context import Operations
from sandbox.ministack import REGION
from sandbox.part import Counterpart, Played, Stage, Step, UnexpectedAnswerError, checked
from sandbox.processes import TIMEOUT_S
from sandbox.winupgo.caller import Caller

INTEGRATION: Final = "winupgo-sandbox"
_PLAYER: Final = ("p_demo_1", "EUR")
_GAME: Final = "studio:slot_forge_02"
_ACCESS: Final = AccessTerms("brand-7", "EU", "studio", opens_sessions=True)
_SCOPES: Final = ("sessions:write", "bets:write", "settlements:write", "events:publish")


class WinupgoProcess(Counterpart):
    """A running simulated WinUpGo."""

    name = "winupgo"


@dataclass(frozen=True)
class WinupgoPart:
    """WinUpGo beside a deployed stack."""

    operations: Operations
    caller: Caller
    process: WinupgoProcess
    title = "WinUpGo: bets in two steps; the balance is the wallet's, no answer tells it"

    def described(self) -> dict[str, Any]:
        """Return what tools need to call as WinUpGo does."""
        return asdict(self.caller)

    def play(self) -> Iterator[Played]:
        """Play every step; raises `UnexpectedAnswerError` at a wrong answer."""
        token, run = self.caller.token(), uuid4().hex[:12]
        who = {name: getattr(self.caller, name) for name in ("player_id", "game_id", "currency")}
        opened = Step("open a session", who, 201)
        response = self.caller.send(token, "/sessions", f"session-{run}", opened.fields)
        yield self._checked(opened, response)
        for resource, key, step in steps(response.json()["session_id"], self.caller, run):
            yield self._checked(
                step, self.caller.send(token, resource, f"{key}-{run}", step.fields)
            )

    def game(self, player_id: str = _PLAYER[0], currency: str = _PLAYER[1]) -> str:
        """Let the studio open a session, and return the URL for a browser."""
        url, who = f"{self.process.base_url}/admin/games", {"player_id": player_id}
        opened = httpx.post(url, json=who | {"currency": currency}, timeout=TIMEOUT_S)
        if opened.status_code != 201:
            raise UnexpectedAnswerError(f"a game: {opened.status_code} {opened.text}")
        return str(opened.json()["url"])

    def _checked(self, step: Step, response: httpx.Response) -> Played:
        wallet = self.operations.accounts.wallet(self.caller.player_id, self.caller.currency)
        balance = "" if wallet is None else to_major(wallet.spendable_minor, wallet.currency)
        return checked(step, response, str(response.json().get("code", "")), balance)


def steps(session_id: str, caller: Caller, run: str) -> list[tuple[str, str, Step]]:
    """Return resources, keys and requests; ids end with `run`, so that each run plays new bets."""

    def bet(name: str) -> dict[str, Any]:
        return {"bet_id": f"{name}-{run}", "round_id": f"r-{run}"}

    def money(amount: float) -> dict[str, Any]:
        return {"amount": amount, "currency": caller.currency}

    def hold(name: str, amount: float) -> dict[str, Any]:
        return bet(name) | {"session_id": session_id, "amount": money(amount)}

    authorize, settle, roll_back = "/bets/authorize", "/bets/settle", "/bets/rollback"
    first, paid = hold("b1", 2.00), bet("b1") | {"win": money(5.00)}
    return [
        (authorize, "a1", Step("hold 2.00", first)),
        (authorize, "a1", Step("the same hold again", first, replay=True)),
        (authorize, "a1", Step("its key with another amount", hold("b1", 3.00), 409,
                               "IDEMPOTENCY_MISMATCH")),
        (authorize, "a2", Step("its bet under a new key", first, 409, "DUPLICATE")),
        (settle, "s1", Step("settle it with a win of 5.00", paid)),
        (settle, "s1", Step("the same settlement again", paid, replay=True)),
        (roll_back, "r1", Step("roll it back", bet("b1"), 409, "BET_ALREADY_SETTLED")),
        (authorize, "a3", Step("hold 1.00", hold("b2", 1.00))),
        (settle, "s2", Step("settle it with nothing: the loss", bet("b2") | {"win": money(0)})),
        (authorize, "a4", Step("hold 4.00", hold("b3", 4.00))),
        (roll_back, "r2", Step("roll it back", bet("b3"))),
        (roll_back, "r3", Step("… under a new key", bet("b3"))),
        (settle, "s3", Step("settle it all the same", bet("b3") | {"win": money(9)}, 409,
                            "BET_ROLLED_BACK")),
        (settle, "s4", Step("settle a bet never held", bet("b4") | {"win": money(9)}, 409,
                            "BET_NOT_AUTHORIZED")),
        (roll_back, "r4", Step("roll back a bet never held", bet("b5"))),
        (authorize, "a5", Step("… and its hold, late", hold("b5", 1.00), 409, "BET_ROLLED_BACK")),
        (authorize, "a6", Step("hold more than there is", hold("b6", 999_999), 402,
                               "INSUFFICIENT_FUNDS")),
    ]  # fmt: skip


def open_part(stage: Stage) -> WinupgoPart:
    """Connect WinUpGo, with an OAuth client of its own, and start it anew."""
    caller = connect(stage)
    return WinupgoPart(stage.operations, caller, stage.start(WinupgoProcess, 2, caller))


def connect(stage: Stage, player_id: str = _PLAYER[0]) -> Caller:
    """Return what a caller of WinUpGo's kind needs to play for a player; safe to repeat."""
    integration, pair = stage.connect(INTEGRATION, "winupgo")
    client = _client(stage.endpoint, stage.outputs["WinupgoPoolId"])
    access = replace(_ACCESS, client_id=client["ClientId"])
    if integration.access != access:
        registry, who = stage.operations.registry, stage.operations.who("the sandbox")
        give_access(registry, stage.operations.clock, INTEGRATION, access, who=who)
    return Caller(
        url=f"{stage.base_url}/winupgo/v1",
        path_base="/winupgo/v1",
        key_id=pair.api_key,
        secret_key=pair.secret_key,
        brand_id=access.brand_id,
        region=access.region,
        provider_id=access.provider_id,
        player_id=player_id,
        game_id=_GAME,
        currency=_PLAYER[1],
        token_url=f"{stage.endpoint}/oauth2/token",
        client_id=client["ClientId"],
        client_secret=client["ClientSecret"],
        scope=" ".join(f"winupgo/{scope}" for scope in _SCOPES),
    )


def _client(endpoint: str, pool_id: str) -> dict[str, Any]:
    """Return the OAuth client of the sandbox; the first run makes it."""
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - an emulator's
    )
    listed = cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"]
    for each in listed:
        if each["ClientName"] == INTEGRATION:
            found = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=each["ClientId"])
            return dict(found["UserPoolClient"])
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=INTEGRATION,
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"winupgo/{scope}" for scope in _SCOPES],
    )
    return dict(made["UserPoolClient"])
