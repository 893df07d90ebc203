"""A function that is not configured as the template does it says which variable is wrong."""

from collections.abc import Callable, Mapping

import pytest

from casino.wiring.settings import (
    SettingsError,
    load_session_settings,
    load_settings,
    load_sync_settings,
)

TABLES = {
    f"{name}_TABLE": f"test-{name.lower()}"
    for name in ("LEDGER", "WALLETS", "PLAYERS", "SESSIONS", "ROUNDS", "REGISTRY")
}
CATALOGUE = {"CATALOGUE_TABLE": "games", "SYNC_TABLE": "sync", "PAGES_BUCKET": "pages"}


@pytest.mark.parametrize(
    ("load", "complete"),
    [
        (load_settings, TABLES),
        (load_sync_settings, CATALOGUE),
        (load_session_settings, {"CATALOGUE_TABLE": "games"}),
    ],
)
def test_each_variable_without_a_default_is_asked_for_by_name(
    load: Callable[[Mapping[str, str]], object], complete: Mapping[str, str]
) -> None:
    load(complete)
    for name in complete:
        rest = {other: value for other, value in complete.items() if other != name}
        with pytest.raises(SettingsError, match=f"^{name} is not set$"):
            load(rest)


@pytest.mark.parametrize("name", ["DROP_SHARE_PERCENT", "HAND_OVER_SECONDS", "PAGE_LIMIT"])
def test_a_number_of_the_synchronisation_is_one(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_sync_settings(CATALOGUE | {name: "many"})


@pytest.mark.parametrize(
    "name",
    [
        "LAUNCH_DEADLINE_SECONDS",
        "LAUNCH_REPEAT_SECONDS",
        "SESSION_IDLE_MINUTES",
        "SESSION_TTL_MINUTES",
    ],
)
def test_a_number_of_the_sessions_is_one(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_session_settings(CATALOGUE | {name: "1.5h"})


@pytest.mark.parametrize("seconds", ["-1", "61", "soon", "nan"])
def test_nothing_is_kept_for_longer_than_a_minute(seconds: str) -> None:
    with pytest.raises(SettingsError, match="CACHE_SECONDS must be from 0 to 60"):
        load_settings(TABLES | {"CACHE_SECONDS": seconds})


def test_the_integrations_to_read_ahead_are_a_list_none_or_not_named() -> None:
    assert load_settings(TABLES).primed is None
    assert load_settings(TABLES | {"PRIMED_INTEGRATIONS": ""}).primed == ()
    assert load_settings(TABLES | {"PRIMED_INTEGRATIONS": "a, b,"}).primed == ("a", "b")
