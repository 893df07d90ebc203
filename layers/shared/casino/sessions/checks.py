"""The conditions of a launch: pure functions, one error code for each condition.

When a provider demands a fact that the platform does not know, the launch fails under a code of its
own, so that the platform can ask the player. Facts that nobody demands may stay unknown.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from casino.accounts.model import KYC_ORDER
from casino.catalogue.model import Game, Provider
from casino.integrations.model import Integration, stopped
from casino.wallet.decision import exclusion_of
from casino.wallet.model import Player, Wallet


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """All facts that a launch is judged by; `None` does not exist.

    `now` is in seconds since the epoch; days are those of UTC.
    """

    game: Game | None
    integration: Integration | None
    provider: Provider | None
    player: Player | None
    wallet: Wallet | None
    currency: str
    is_demo: bool
    now: float


def refusal(facts: Prerequisites) -> str | None:
    """Return the code of the first condition that does not hold, or `None`."""
    return _of_catalogue(facts) or _of_player(facts)


def _of_catalogue(facts: Prerequisites) -> str | None:
    game, integration, provider = facts.game, facts.integration, facts.provider
    if game is None:
        return "game_not_found"
    if integration is None or not integration.enabled or not integration.provider.url:
        return "provider_disabled"
    if stopped(integration.provider.launches_off, facts.now):
        return "sessions_disabled"
    if not game.launchable:
        return "game_disabled"
    if provider is None or not provider.available:
        return "provider_disabled"
    if not integration.wallet.supports(facts.currency) or facts.currency not in provider.currencies:
        return "unsupported_currency"
    return None


def _of_player(facts: Prerequisites) -> str | None:
    player, provider = facts.player, facts.provider
    assert provider is not None  # noqa: S101 - `_of_catalogue` came first
    if player is None:
        return "player_not_found"
    if player.blocked or (facts.wallet is not None and facts.wallet.blocked):
        return "player_blocked"
    if (excluded := exclusion_of(player, facts.now)) is not None:
        return excluded
    if not player.name:
        return "name_unknown"
    demanded = (
        _country(provider, player.country)
        or _age(provider, player.birth_date, datetime.fromtimestamp(facts.now, UTC).date())
        or _kyc(provider, player.kyc_level)
    )
    if demanded is not None:
        return demanded
    if facts.wallet is None and not facts.is_demo:
        return "wallet_not_found"
    return None


def _country(provider: Provider, country: str | None) -> str | None:
    if not provider.restricted_countries:
        return None
    if not country:
        return "country_unknown"
    barred = {restricted.upper() for restricted in provider.restricted_countries}
    return "country_restricted" if country.upper() in barred else None


def _age(provider: Provider, birth_date: str | None, today: date) -> str | None:
    if provider.min_age is None:
        return None
    born = _date(birth_date)
    if born is None:
        return "age_unknown"
    # Who is born on 29 February is a year older on 1 March of the other years.
    had_no_birthday_yet = (today.month, today.day) < (born.month, born.day)
    age = today.year - born.year - had_no_birthday_yet
    return "age_restricted" if age < provider.min_age else None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _kyc(provider: Provider, level: str | None) -> str | None:
    if level == "restricted":
        return "kyc_restricted"
    wanted = provider.min_kyc_level
    if wanted is None or wanted == KYC_ORDER[0]:
        return None
    if level not in KYC_ORDER:
        return "kyc_unknown"
    if wanted not in KYC_ORDER or KYC_ORDER.index(level) < KYC_ORDER.index(wanted):
        return "kyc_level_too_low"
    return None
