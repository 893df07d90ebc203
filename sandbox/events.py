"""Signs copies of the sample events, so that `sam local` can play them against the local stack.

A signature lives five minutes, and a transaction id works once. So the samples in `events/` carry
placeholders, and each run writes copies that are good now to `.local/events/`, which git ignores:
credentials and session of the local stack, new ids that belong together (a refund names the bet
of the same run), the time and the signature. `.local/sam-local` runs `sam local` with everything
that a function in a container needs to reach the local stack.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from casino.dialects.registry import family
from casino.signing.pair import Pair
from sandbox.flexsoft import signatures as flexsoft
from sandbox.igv import signatures as igv
from sandbox.invo import signatures as invo
from sandbox.winupgo import caller as winupgo

type Event = dict[str, Any]

PROJECT: Final = Path(__file__).resolve().parent.parent
SAMPLES: Final = PROJECT / "events"
LOCAL: Final = PROJECT / ".local"

#: What a container calls the machine that it runs on (`--add-host` of `sam local`).
HOST_OF_CONTAINER: Final = "host.docker.internal"

_SAM_LOCAL: Final = """\
#!/bin/sh
# `make events` writes this file: `sam local` against the stack of `make run`.
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-central-1
export SAM_CLI_TELEMETRY=0 SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS=1
exec .tools/sam/bin/sam local "$@" \\
  --parameter-overrides Stage=local AwsEndpointUrl={endpoint} \\
  --env-vars .local/sam-env.json --add-host {host}:host-gateway
"""

#: Fields whose values have to be new; a value that stands in several places stays the same there.
_NEW_PER_RUN: Final = (
    "transaction_id", "bet_transaction_id", "round_id", "provider_tx_id", "withdraw_provider_tx_id",
    "bet_id", "event_id", "client_request_id",
)  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """What is new in each run: the time, what is appended to ids, and a session of WinUpGo."""

    now: float
    run: str
    winupgo_session: str


def signed(event: Event, folder: str, stack: Mapping[str, Any], moment: Moment) -> Event:
    """Return a copy of a sample in `folder` that the stack accepts for five minutes.

    Raises `LookupError` when the stack has no session for the event's player.
    """
    at = datetime.fromtimestamp(moment.now, UTC)
    context = {
        **event["requestContext"],
        "requestId": str(uuid.uuid4()),
        "requestTime": at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(moment.now * 1000),
    }
    fresh = {**event, "requestContext": context}
    if event["body"] is None:
        return fresh
    body, own = _SIGNERS[folder](fresh, stack, moment)
    headers = {**event["headers"], **own}
    return {
        **fresh,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "body": body,
    }


def _igsp(event: Event, stack: Mapping[str, Any], moment: Moment) -> tuple[str, dict[str, str]]:
    fields = json.loads(event["body"])
    seat = _seat(stack["players"], "player_id", fields)
    body = _exchanged(event["body"], moment.run, session_id=seat["session_id"])
    pair = Pair(stack["api_key"], stack["secret_key"])
    return body, dict(family("igsp").sign(body.encode(), pair, int(moment.now)))


def _flexsoft(event: Event, stack: Mapping[str, Any], moment: Moment) -> tuple[str, dict[str, str]]:
    told = stack["dialects"]["flexsoft"]
    who = {"user_id": "p_demo_1", "currency": "EUR"} | json.loads(event["body"])
    seat = _seat(told["players"], "user_id", who)
    tokens = {name: seat[name] for name in ("user_token", "session_token")}
    body = _exchanged(event["body"], moment.run, **tokens)
    return body, flexsoft.seal(told["public_key"], told["secret_key"], body.encode())


def _winupgo(event: Event, stack: Mapping[str, Any], moment: Moment) -> tuple[str, dict[str, str]]:
    """`sam local` asks no authorizer: the event itself holds the claims of a verified token."""
    caller = winupgo.Caller(**stack["dialects"]["winupgo"])
    event["requestContext"]["authorizer"]["claims"]["client_id"] = caller.client_id
    own = {"session_id": moment.winupgo_session, "tenant_id": caller.brand_id}
    body = _exchanged(event["body"], moment.run, **own, region=caller.region)
    key = f"{event['headers']['X-Idempotency-Key']}-{moment.run}"
    resource = event["path"].removeprefix(caller.path_base)
    return body, caller.headers(resource, key, body.encode(), int(moment.now))


def _igv(event: Event, stack: Mapping[str, Any], moment: Moment) -> tuple[str, dict[str, str]]:
    """Name the order of the stack's file; the id of the request is new, the body is not signed."""
    told = stack["dialects"]["igv"]
    fields = json.loads(event["body"]) | {
        "orderId": told["order_id"],
        "orderNum": told["order_num"],
        "buyerId": told["buyer_id"],
    }
    request_id = f"{event['headers']['X-Request-Id']}-{moment.run}"
    headers = igv.seal(told["secret_key"], request_id, int(moment.now * 1000))
    return json.dumps(fields, separators=(",", ":")), headers


def _invo(event: Event, stack: Mapping[str, Any], moment: Moment) -> tuple[str, dict[str, str]]:
    """Buy for the player of the stack's file, once more in each run."""
    told, fields = stack["dialects"]["invo"], json.loads(event["body"])
    fields |= {"tenant_id": told["game_id"]}
    fields |= {name: f"{fields[name]}-{moment.run}" for name in ("event_id", "idempotency_key")}
    fields["data"] |= {
        "player_email": told["player_email"],
        "identity_id": told["identity_id"],
        "currency_name": told["currency"],
        "order_id": f"{fields['data']['order_id']}-{moment.run}",
        "transaction_id": f"{fields['data']['transaction_id']}-{moment.run}",
    }
    body = json.dumps(fields, separators=(",", ":"))
    seal = invo.seal([told["signing_secret"]], int(moment.now), body.encode())
    return body, {
        "X-Invo-Signature": seal,
        "X-Invo-Idempotency-Key": fields["idempotency_key"],
    }


def _accounts(event: Event, stack: Mapping[str, Any], moment: Moment) -> tuple[str, dict[str, str]]:
    """Pay in once more in each run; `sam local` asks for no signature, the event names a caller."""
    return event["body"], {"Idempotency-Key": f"{event['headers']['Idempotency-Key']}-{moment.run}"}


def _invo_calls(
    event: Event, stack: Mapping[str, Any], moment: Moment
) -> tuple[str, dict[str, str]]:
    """Buy for the player of the stack's file, once more in each run; no signature, as above."""
    told = stack["dialects"]["invo"]
    own = {name: told[name] for name in ("player_id", "player_email")}
    return _exchanged(event["body"], moment.run, **own), {}


#: Folder of samples → what returns the body of a copy, and the headers that are its own.
_SIGNERS: Final[Mapping[str, Callable[..., tuple[str, dict[str, str]]]]] = {
    "": _igsp,
    "flexsoft": _flexsoft,
    "winupgo": _winupgo,
    "igv": _igv,
    "invo": _invo,
    "accounts": _accounts,
    "invo-calls": _invo_calls,
}


def _seat(
    seats: Iterable[Mapping[str, str]], name: str, fields: Mapping[str, str]
) -> Mapping[str, str]:
    """Return a player's session; `name` is what the protocol calls the player."""
    wanted = (fields[name], fields["currency"])
    for seat in seats:
        if (seat[name], seat["currency"]) == wanted:
            return seat
    raise LookupError(f"the local stack has no session of {wanted[0]} in {wanted[1]}")


def _exchanged(text: str, run: str, **given: str) -> str:
    """Exchange whole values in the text: parsing and writing it again would turn 2.50 into 2.5."""
    fields = json.loads(text)
    exchange = {fields[name]: value for name, value in given.items() if name in fields}
    exchange |= {fields[name]: f"{fields[name]}-{run}" for name in _NEW_PER_RUN if name in fields}
    for old, new in exchange.items():
        text = text.replace(json.dumps(old), json.dumps(new))
    return text


def write_signed(
    samples: Path, target: Path, stack: Mapping[str, Any], now: float, winupgo_session: str
) -> list[Path]:
    """Write a signed copy of every sample to `target`; return the files."""
    moment = Moment(now, uuid.uuid4().hex[:12], winupgo_session)
    written = []
    for sample in sorted(samples.rglob("*.json")):
        place = sample.relative_to(samples)
        folder = "" if place.parent == Path() else str(place.parent)
        event = signed(json.loads(sample.read_text(encoding="utf-8")), folder, stack, moment)
        copy = target / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(json.dumps(event, indent=2) + "\n", encoding="utf-8")
        written.append(copy)
    return written


def open_session(stack: Mapping[str, Any]) -> str:
    """Let WinUpGo open a session for its sample events; raises `httpx.HTTPError`."""
    caller = winupgo.Caller(**stack["dialects"]["winupgo"])
    order = {name: getattr(caller, name) for name in ("player_id", "game_id", "currency")}
    opened = caller.send(caller.token(), "/sessions", f"events-{uuid.uuid4().hex}", order)
    return str(opened.raise_for_status().json()["session_id"])


def container_environment(stack: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the content of the file for `sam local --env-vars`: where AWS and the tables are."""
    tables = {f"{name.upper()}_TABLE": table for name, table in stack["tables"].items()}
    return {"Parameters": {"AWS_ENDPOINT_URL": _reachable(stack), **tables}}


def sam_local(stack: Mapping[str, Any]) -> str:
    """Return a shell script that passes its arguments to `sam local`, set up for the stack."""
    return _SAM_LOCAL.format(endpoint=_reachable(stack), host=HOST_OF_CONTAINER)


def commands(written: Iterable[Path], target: Path) -> list[str]:
    """Return what plays each event, and all of them as an API, ready for a shell."""
    places = [path.relative_to(target) for path in written]
    plays = [
        f"sh .local/sam-local invoke {_function(place)} --event .local/events/{place}"
        for place in places
    ]
    return [*plays, "sh .local/sam-local start-api"]


def _function(place: Path) -> str:
    """Return the function of an event: its folder's, or that of the first word of its name."""
    name = place.parent.name or place.stem.partition("-")[0]
    return f"{name.title().replace('-', '')}Function"


def _reachable(stack: Mapping[str, Any]) -> str:
    """Return the address of the stack's AWS as a container of this machine reaches it."""
    endpoint = urlsplit(str(stack["endpoint"]))
    return urlunsplit(endpoint._replace(netloc=f"{HOST_OF_CONTAINER}:{endpoint.port}"))


def main() -> int:
    """Sign every sample for the local stack; say what to do when there is none."""
    try:
        stack = json.loads((LOCAL / "stack.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        print("there is no local stack: make run", file=sys.stderr)
        return 1
    try:
        session = open_session(stack)
    except httpx.HTTPError as error:
        print(f"the local stack does not answer: make run ({error})", file=sys.stderr)
        return 1
    target = LOCAL / "events"
    written = write_signed(SAMPLES, target, stack, time.time(), session)
    environment = LOCAL / "sam-env.json"
    environment.write_text(json.dumps(container_environment(stack), indent=2) + "\n", "utf-8")
    script = LOCAL / "sam-local"
    script.write_text(sam_local(stack), "utf-8")
    for path in (*written, environment, script):
        print(path.relative_to(PROJECT))
    print("\n".join(commands(written, target)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
