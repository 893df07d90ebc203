"""Who issues a new pair, and who has to take it: the integration's family chooses."""

from collections.abc import Callable, Mapping

from casino.base.clock import Clock
from casino.dialects.flexsoft.pairs import FlexsoftPairs
from casino.dialects.igsp.pairs import HttpPairProvider
from casino.dialects.igv.pairs import IgvPairs, OnePair
from casino.dialects.invo.pairs import InvoPairs
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.circuit import Circuits
from casino.providers.connection import pool_manager
from casino.providers.ports import ProviderObserver
from casino.providers.post import JsonPost
from casino.providers.transport import Transport
from casino.signing.pair import Pair

type Check = Callable[[Integration, Pair], None]


class PairProviders:
    """`PairProvider` of every family; one that is not named here is asked as iGSP says."""

    def __init__(self, clock: Clock, observer: ProviderObserver, *, local: bool) -> None:
        self._pool = pool_manager(public_only=not local)
        self._http = HttpPairProvider(family, clock, self._pool)
        self._clock = clock
        self._observer = observer
        igv = IgvPairs(self._post, self._transport)
        self._checks: Mapping[str, Check] = {
            **dict.fromkeys(("igv-seller", "igv-account", "igv-merchant"), igv.check),
            **dict.fromkeys(("invo", "invo-account"), self._invo),
            "flexsoft": FlexsoftPairs(clock, self._pool).check,
        }

    def issue(self, integration: Integration, current: Pair, token: str) -> Pair:
        """Ask the provider for a new pair."""
        return self._http.issue(integration, current, token)

    def check(self, integration: Integration, pair: Pair) -> None:
        """Try a pair; raises `PairRefusedError`."""
        self._checks.get(integration.family, self._http.check)(integration, pair)

    def _invo(self, integration: Integration, pair: Pair) -> None:
        InvoPairs(self._transport(OnePair(pair))).check(integration, pair)

    def _post(self, base_url: str) -> JsonPost:
        return JsonPost(base_url, self._clock, pool=self._pool)

    def _transport(self, keyring: Keyring) -> Transport:
        circuits = Circuits(self._clock, self._observer)
        return Transport(keyring, family, self._clock, self._observer, circuits, pool=self._pool)
