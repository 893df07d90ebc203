"""The seam between the deliveries and a counterpart: what it sends, and what is done about it.

A counterpart has one class for each half. `Webhook` serves the request and is pure; `Effect` acts
on the stored delivery later, in the worker, and may read and call out.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from casino.deliveries.model import Delivery, Outcome
from casino.integrations.model import Integration
from casino.signing.pair import Pair
from casino.wallet.dialect import Answer, Call


class Named(NamedTuple):
    """What a verified call says of itself: the key, the kind, and the headers worth keeping."""

    key: str
    kind: str
    headers: tuple[tuple[str, str], ...] = ()


class Webhook(Protocol):
    """How a counterpart signs and names its deliveries, and which answers it expects; stateless."""

    @property
    def name(self) -> str:
        """The family that an integration of this counterpart has."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of every answer."""

    @property
    def most_bytes(self) -> int:
        """How long a body may be as it is sent."""

    def unpack(self, call: Call) -> Call:
        """Return the call with the bytes that are signed, decompressed where they were not.

        Raises `RequestRefusedError` with `malformed_body` or `payload_too_large`.
        """

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the live version that signed it; raises `SignatureRefusedError`."""

    def read(self, call: Call, integration: Integration) -> Named:
        """Return what a verified call says of itself; raises `RequestRefusedError`."""

    def doubted(self, second: Delivery) -> Delivery | None:
        """Return what to store when a second body came under one key, beside the first; or `None`.

        Where bodies are not signed either one may be forged, and the effect has to find out.
        """

    def answer(self, code: str, trace_id: str) -> Answer:
        """Return status and body for a code.

        The codes: `stored`, `duplicate` (the same bytes), `conflict` (the same key, another body;
        the first one counts), `malformed_body`, `payload_too_large`, `wrong_tenant`,
        `key_mismatch`, `unauthorized`, `invalid_signature`, `timestamp_out_of_range`,
        `ip_not_allowed`, `unavailable`, `internal_error`.
        """


class Effect(Protocol):
    """What is done about a counterpart's deliveries, once each, from what is stored."""

    def act(self, delivery: Delivery, integration: Integration, now: float) -> Outcome:
        """Return what this delivery means now; nothing is written but what the outcome holds.

        It may be called again for the same delivery, also at the same time as another worker, and
        what it returned may never be committed: so it changes nothing itself. It reads what its
        writes are conditional on; when a condition fails, it is asked again.

        Raises `RetryableError` or `ProviderError` when it cannot tell now: then the delivery is
        tried again later.
        """
