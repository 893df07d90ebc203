"""Integrations: who may call, and on which terms.

An integration is one provider's connection. Each of its parts is what one reader needs of it: the
wallet, the calls to the provider, the rotation.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

type Policy = Literal["accept", "reject"]
type Switch = Literal["launches", "bets", "catalogue", "partners"]


@dataclass(frozen=True, slots=True)
class Off:
    """Says that something is switched off; times are in whole seconds since the epoch."""

    since: int = 0
    until: int = 0
    """When it goes on by itself; 0 for never."""
    why: str = ""
    who: str = ""
    of_home: bool = False
    """Of a brand: whether it is the one that integrations without a brand belong to."""

    def holds(self, now: float) -> bool:
        """Tell whether it is off at `now`; at its end it is on."""
        return not self.until or now < self.until


def stopped(off: Off | None, now: float) -> bool:
    """Tell whether what has this switch stands still at `now`, in seconds since the epoch."""
    return off is not None and off.holds(now)


@dataclass(frozen=True, slots=True)
class WinLimits:
    """From where on the wins of one currency are held, in minor units; `None` is no limit.

    `single_minor` is the largest win. `hour_minor` and `day_minor` are the most that is paid out
    beyond what was taken, in an hour or a day of UTC.
    """

    single_minor: int | None = None
    hour_minor: int | None = None
    day_minor: int | None = None


@dataclass(frozen=True, slots=True)
class WalletTerms:
    """The wallet's terms for moving money; no currencies means every one."""

    currencies: tuple[str, ...] = ()
    bets_off: Off | None = None
    refund_unknown_bet: Policy = "reject"
    refund_after_win: Policy = "accept"
    win_limits: tuple[tuple[str, WinLimits], ...] = ()
    """Currency → its limits."""
    exceeded_until: tuple[tuple[str, int], ...] = ()
    """Currency → when the hour or day ends whose limit was exceeded, in seconds since the epoch."""

    def takes_bets(self, now: float) -> bool:
        """Tell whether bets and holds are on at `now`, in seconds since the epoch."""
        return self.bets_off is None or not self.bets_off.holds(now)

    def limits(self, currency: str) -> WinLimits:
        """Return the limits of a currency; without any, all of them are `None`."""
        return dict(self.win_limits).get(currency, WinLimits())

    def largest_win_minor(self, currency: str) -> int | None:
        """Return the largest win that is spendable at once, if there is a limit."""
        return self.limits(currency).single_minor

    def wins_held_until(self, currency: str) -> int:
        """Return until when every win is held, in seconds since the epoch."""
        return dict(self.exceeded_until).get(currency, 0)

    def supports(self, currency: str) -> bool:
        """Tell whether the integration may use `currency`."""
        return not self.currencies or currency in self.currencies


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """How the provider is called, and where its games open.

    `url` is where the provider's own API begins; without one there is no catalogue. `launch_hosts`
    are the hosts that its launch URLs may name; none means the API's own. `games` names the games
    of a provider that publishes no list.
    """

    url: str = ""
    launch_hosts: tuple[str, ...] = ()
    close_sessions: bool = False
    games: tuple[str, ...] = ()
    launches_off: Off | None = None
    catalogue_off: Off | None = None


@dataclass(frozen=True, slots=True)
class RotationTerms:
    """How its credentials are replaced; times are in seconds (`retirements`: since the epoch)."""

    issue_url: str = ""
    """Where the provider issues a new pair of credentials; empty when an operator hands it in."""
    grace_s: int | None = None
    """How long a replaced secret goes on verifying; `None` for what its family says."""
    pending_version: str = ""
    """The version of its secret that was staged last, so that a stale cache can be told."""
    current_version: str = ""
    """The version that is, or is being made, the current one; empty: labels alone decide."""
    tested_version: str = ""
    """The version that the provider took last; only this one can be promoted."""
    retired: tuple[str, ...] = ()
    """The fingerprints of replaced pairs, which are not staged again."""
    retirements: tuple[tuple[str, int], ...] = ()
    """Version of its secret → when it stops verifying."""

    @property
    def named(self) -> frozenset[str]:
        """The versions that may verify; any other was put by hand."""
        return frozenset({self.current_version, self.pending_version, *dict(self.retirements)})


class ApiKey(NamedTuple):
    """Whose an `api_key` is, and when it ends, in seconds since the epoch; 0 for never."""

    integration: str
    valid_until: int = 0


@dataclass(frozen=True, slots=True)
class AccessTerms:
    """What a caller of the family `winupgo` must show beside its signature."""

    brand_id: str = ""
    region: str = ""
    provider_id: str = ""
    client_id: str = ""
    """The OAuth client whose tokens it uses; without one it has no access."""
    certificate_sha256: str = ""
    """The SHA-256 of its client certificate, in hex; empty for any that the domain lets in."""
    opens_sessions: bool = False


@dataclass(frozen=True, slots=True)
class PartnerTerms:
    """What is agreed with a counterpart that sends deliveries and is called by us.

    One integration has one pair of credentials. So a counterpart with several has several
    integrations: the one that receives names in `calls_as` the one that we call it as.
    """

    calls_as: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    """What only its dialect understands, by name, such as Invo's `game_id`; sorted."""
    partners_off: Off | None = None

    def setting(self, name: str, default: str = "") -> str:
        """Return a setting."""
        return dict(self.settings).get(name, default)


@dataclass(frozen=True, slots=True)
class Integration:
    """Who may call: how it signs, from where, and for how long."""

    name: str
    family: str
    secret_name: str
    allowed_cidrs: tuple[str, ...] = ()
    enabled: bool = True
    """A disabled integration's keys are refused: for one that ended, or whose keys leaked."""
    wallet: WalletTerms = field(default_factory=WalletTerms)
    provider: ProviderTerms = field(default_factory=ProviderTerms)
    rotation: RotationTerms = field(default_factory=RotationTerms)
    access: AccessTerms = field(default_factory=AccessTerms)
    partner: PartnerTerms = field(default_factory=PartnerTerms)
    key_valid_until: int = 0
    """When the `api_key` that it was found by stops being valid; 0 for never. Not stored here."""

    @property
    def base_url(self) -> str:
        """Where the API that we call begins: a game provider's, else the setting `url`."""
        return (self.provider.url or self.partner.setting("url")).rstrip("/")
