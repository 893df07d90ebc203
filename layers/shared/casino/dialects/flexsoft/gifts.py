"""The Gift API: free rounds that we grant and cancel at Flexsoft, each once.

The intent with the exact bytes is stored before anything is sent, under the `operatorTxId`, which
is taken once. Whoever asks again, after a time-out or a crash, sends these very bytes again; an
answered gift is sent no more. What was answered is appended to the intent.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

from casino.audit.model import AuditRecord, Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.money import EXPONENTS
from casino.dialects.flexsoft.client import api_path
from casino.dialects.flexsoft.fields import to_millis, to_minor
from casino.dialects.flexsoft.signature import FlexsoftFamily
from casino.integrations.model import Integration
from casino.providers.sender import Bounds, Reply, Sender, SendFailedError
from casino.signing.pair import Pair

type Call = Literal["grant", "cancel"]

_PATHS: Final[Mapping[str, str]] = {"grant": "/game-gifts", "cancel": "/game-gifts/cancel"}
_SIGNATURE: Final = FlexsoftFamily()
GIFT_BOUNDS: Final = Bounds(connect_s=3.0, read_s=10.0, most_bytes=64 * 1024)
#: What is kept of an answer, in characters.
_MOST_ANSWER: Final = 1_000


@dataclass(frozen=True, slots=True)
class Rounds:
    """The free rounds of a gift; the times are ISO 8601 without a zone, in UTC."""

    game: str
    quantity: int
    bet_minor: int
    begins: str
    ends: str

    def over(self) -> int:
        """Return when it ends, in seconds since the epoch; raises `AdminError`."""
        return int(_moment(self.ends).replace(tzinfo=UTC).timestamp())


class Intents(Protocol):
    """What was meant and what was answered, in order; nothing of it ever changes."""

    def put_if_absent(self, intent: AuditRecord) -> bool:
        """Write the first record of a subject; false when there is one."""

    def append(self, record: AuditRecord) -> None:
        """Add what became of it."""

    def of(self, subject: str) -> list[AuditRecord]:
        """Return the intent, then the rest."""


def grant_body(portal: str, tx: str, key: str, user: str, currency: str, rounds: Rounds) -> str:
    """Return the body of a grant; raises `AdminError` for what Flexsoft cannot be told."""
    begins, ends = _moment(rounds.begins), _moment(rounds.ends)
    if currency not in EXPONENTS:
        raise AdminError("unsupported_currency", f"{currency} is no currency")
    level = to_millis(rounds.bet_minor, currency)
    if rounds.quantity < 1 or level < 1 or to_minor(level, currency) != rounds.bet_minor:
        message = "a gift has rounds, each of a stake in whole thousandths"
        raise AdminError("invalid_request", message)
    if begins >= ends:
        raise AdminError("invalid_request", "a gift ends after it begins")
    gift = {
        "gameName": rounds.game,
        "giftKey": key,
        "quantity": rounds.quantity,
        "betLevel": level,
        "activationDate": begins.isoformat(),
        "expirationDate": ends.isoformat(),
    }
    return _body(portal, tx, user, currency, gift)


def cancel_body(portal: str, tx: str, key: str, user: str, currency: str) -> str:
    """Return the body that takes a gift back."""
    return _body(portal, tx, user, currency, {"giftKey": key})


def post_gift(
    sender: Sender, integration: Integration, call: Call, body: bytes, pair: Pair, now: float
) -> Reply:
    """Sign a body and send it; raises `SendFailedError`."""
    headers = _SIGNATURE.sign(body, pair, now)
    headers |= {"Content-Type": "application/json", "Accept": "application/json"}
    url = integration.provider.url.rstrip("/") + api_path(integration, _PATHS[call])
    return sender.send("POST", url, headers, body)


def subject_of(integration: str, tx: str) -> str:
    """Return what the audit calls a gift."""
    return f"gift#{integration}#{tx}"


class Gifts:
    """The use cases; `pair` returns the credentials that an integration signs with now."""

    def __init__(
        self,
        intents: Intents,
        pair: Callable[[Integration], Pair],
        sender: Sender,
        clock: Clock,
    ) -> None:
        self._intents = intents
        self._pair = pair
        self._sender = sender
        self._clock = clock

    def send(
        self, integration: Integration, call: Call, tx: str, body: str, who: Who
    ) -> list[AuditRecord]:
        """Store the intent, send it, and return its story.

        The intent that stands there already has to be the same. Raises `AdminError` with
        `gift_mismatch`, `gift_unanswered` (ask again) or `gift_refused`.
        """
        if integration.family != "flexsoft" or not integration.provider.url:
            raise AdminError("no_gifts", f"{integration.name} is no integration of Flexsoft")
        now, subject = self._clock.now(), subject_of(integration.name, tx)
        intent = who.explained().record(subject, f"gift.{call}", now, detail=body)
        if not self._intents.put_if_absent(intent):
            first, *rest = self._intents.of(subject)
            if (first.what, first.detail) != (intent.what, body):
                raise AdminError("gift_mismatch", f"{tx} stands for another gift")
            if any(record.what == "gift.answered" for record in rest):
                return [first, *rest]
        self._post(integration, call, subject, body, who)
        return self._intents.of(subject)

    def story(self, integration: str, tx: str) -> list[AuditRecord]:
        """Return the intent and all that became of it; raises `AdminError` for none."""
        found = self._intents.of(subject_of(integration, tx))
        if not found:
            raise AdminError("gift_not_found", f"{integration} was never asked for {tx}")
        return found

    def _post(
        self, integration: Integration, call: Call, subject: str, body: str, who: Who
    ) -> None:
        pair, now = self._pair(integration), self._clock.now()
        try:
            reply = post_gift(self._sender, integration, call, body.encode(), pair, now)
        except SendFailedError as error:
            self._note(subject, "gift.unanswered", error.detail, who)
            message = "Flexsoft did not answer: ask again, the same bytes are sent"
            raise AdminError("gift_unanswered", message) from None
        told = f"{reply.status} {reply.body.decode('utf-8', 'replace')[:_MOST_ANSWER]}"
        if reply.status >= 500:
            self._note(subject, "gift.unanswered", told, who)
            message = f"Flexsoft answered {reply.status}: ask again, the same bytes are sent"
            raise AdminError("gift_unanswered", message)
        if reply.status != 200:
            self._note(subject, "gift.refused", told, who)
            raise AdminError("gift_refused", f"Flexsoft answered {reply.status}")
        self._note(subject, "gift.answered", told, who)

    def _note(self, subject: str, what: str, told: str, who: Who) -> None:
        self._intents.append(who.record(subject, what, self._clock.now(), detail=told))


def _body(portal: str, tx: str, user: str, currency: str, gift: Mapping[str, object]) -> str:
    client = {"operatorTxId": tx, "userId": user, "currencyCode": currency}
    whole = {"portalName": portal, "client": client, "gifts": [gift]}
    return json.dumps(whole, separators=(",", ":"))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise AdminError("invalid_request", f"{text} is no time") from None
    if moment.tzinfo is not None:
        raise AdminError("invalid_request", "a gift's times have no zone: they are UTC")
    return moment
