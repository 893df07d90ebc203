"""Every prerequisite of a launch is refused by a code of its own."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from casino.catalogue.model import Game, Provider
from casino.integrations.model import Integration, Off
from casino.limits.model import FOR_GOOD
from casino.sessions.checks import Prerequisites, refusal
from casino.sessions.refusals import LAUNCH_ERRORS
from casino.wallet.model import Player, Wallet
from testing.integrations import an_integration, with_terms


def moment(day: str) -> float:
    """Return noon of a day, in seconds since the epoch."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()


TODAY: Final = moment("2026-11-21")
FACTS = Prerequisites(
    game=Game("sandbox", "game-1", "studio-1", "Jaws", "active", "2026-01-01T00:00:00Z", "f"),
    integration=an_integration(url="https://provider.test"),
    provider=Provider(
        "sandbox",
        "studio-1",
        "Studio",
        currencies=("EUR", "USD"),
        restricted_countries=("US", "FR"),
        fingerprint="f",
        min_age=18,
        min_kyc_level="basic",
    ),
    player=Player("player-1", False, "2026-01-01T00:00:00Z", "Fox", "DE", "1990-06-15", "basic"),
    wallet=Wallet("player-1", "EUR", 100_00, 0, 1, 1, "", blocked=False),
    currency="EUR",
    is_demo=False,
    now=TODAY,
)


def changed(**parts: Any) -> Prerequisites:
    """Return the facts with fields of their parts changed: `game={"status": …}`."""
    new: dict[str, Any] = {
        name: _changed(getattr(FACTS, name), value) if isinstance(value, dict) else value
        for name, value in parts.items()
    }
    return replace(FACTS, **new)


def _changed(fact: Any, changes: dict[str, Any]) -> Any:
    change = with_terms if isinstance(fact, Integration) else replace
    return change(fact, **changes)


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "an unknown game": ("game_not_found", {"game": None}),
    "an inactive game": ("game_disabled", {"game": {"status": "inactive"}}),
    "a deprecated game": ("game_disabled", {"game": {"status": "deprecated"}}),
    "a deleted game": ("game_disabled", {"game": {"deleted_at": "2026-02-01T00:00:00Z"}}),
    "a game missing from two full runs": ("game_disabled", {"game": {"missing_runs": 2}}),
    "an integration that is gone": ("provider_disabled", {"integration": None}),
    "an integration without an API": ("provider_disabled", {"integration": {"url": ""}}),
    "a disabled integration": ("provider_disabled", {"integration": {"enabled": False}}),
    "an unknown provider": ("provider_disabled", {"provider": None}),
    "a disabled provider": ("provider_disabled", {"provider": {"enabled": False}}),
    "sessions switched off": ("sessions_disabled", {"integration": {"launches_off": Off()}}),
    "a currency that the provider lacks": ("unsupported_currency", {"currency": "GBP"}),
    "a currency that the integration lacks": (
        "unsupported_currency",
        {"integration": {"currencies": ("USD",)}},
    ),
    "a provider without currencies": ("unsupported_currency", {"provider": {"currencies": ()}}),
    "an unknown player": ("player_not_found", {"player": None}),
    "a blocked player": ("player_blocked", {"player": {"blocked": True}}),
    "a blocked wallet": ("player_blocked", {"wallet": {"blocked": True}}),
    "a self-excluded player": (
        "rg_self_excluded",
        {"player": {"self_excluded_until": int(TODAY) + 1, "cool_off_until": FOR_GOOD}},
    ),
    "a player in a cool-off": ("rg_cool_off", {"player": {"cool_off_until": int(TODAY) + 1}}),
    "no name": ("name_unknown", {"player": {"name": None}}),
    "an unknown country": ("country_unknown", {"player": {"country": None}}),
    "a restricted country": ("country_restricted", {"player": {"country": "US"}}),
    "a restricted country in lower case": ("country_restricted", {"player": {"country": "fr"}}),
    "an unknown birth date": ("age_unknown", {"player": {"birth_date": None}}),
    "a birth date that is none": ("age_unknown", {"player": {"birth_date": "1990-02-30"}}),
    "the day before the birthday": ("age_restricted", {"player": {"birth_date": "2008-11-22"}}),
    "an unknown KYC level": ("kyc_unknown", {"player": {"kyc_level": None}}),
    "a KYC level that is none": ("kyc_unknown", {"player": {"kyc_level": "gold"}}),
    "a KYC level too low": ("kyc_level_too_low", {"player": {"kyc_level": "registered"}}),
    "a KYC level that is a bar": ("kyc_restricted", {"player": {"kyc_level": "restricted"}}),
    "a provider that nobody may play": (
        "kyc_level_too_low",
        {"provider": {"min_kyc_level": "restricted"}},
    ),
    "no wallet": ("wallet_not_found", {"wallet": None}),
}

ADMITTED: dict[str, dict[str, Any]] = {
    "as it is": {},
    "the birthday itself": {"player": {"birth_date": "2008-11-21"}},
    "born on 29 February": {"player": {"birth_date": "2008-02-29"}},
    "a higher KYC level": {"player": {"kyc_level": "source_of_funds"}},
    "no age demanded, none known": {
        "provider": {"min_age": None},
        "player": {"birth_date": None},
    },
    "no country restricted, none known": {
        "provider": {"restricted_countries": ()},
        "player": {"country": None},
    },
    "no KYC demanded, none known": {
        "provider": {"min_kyc_level": None},
        "player": {"kyc_level": None},
    },
    "anonymous players welcome": {
        "provider": {"min_kyc_level": "anonymous"},
        "player": {"kyc_level": None},
    },
    "a game missing from one full run": {"game": {"missing_runs": 1}},
    "a demo without a wallet": {"wallet": None, "is_demo": True},
    "an empty wallet": {"wallet": {"balance_minor": 0}},
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_launch_is_refused_by_its_own_code(case: str) -> None:
    code, parts = REFUSED[case]
    assert refusal(changed(**parts)) == code
    assert code in LAUNCH_ERRORS


@pytest.mark.parametrize("case", ADMITTED)
def test_the_launch_is_admitted(case: str) -> None:
    assert refusal(changed(**ADMITTED[case])) is None


@pytest.mark.parametrize("case", [case for case in REFUSED if case != "no wallet"])
def test_a_demo_is_judged_like_any_launch(case: str) -> None:
    code, parts = REFUSED[case]
    assert refusal(changed(**parts, is_demo=True)) == code


def test_a_player_of_29_february_comes_of_age_on_1_march() -> None:
    born = changed(player={"birth_date": "2008-02-29"})
    assert refusal(replace(born, now=moment("2026-02-28"))) == "age_restricted"
    assert refusal(replace(born, now=moment("2026-03-01"))) is None
