"""The table of routes that end: what it says of a route, and what is no table."""

import re
import tomllib

import pytest

from casino.base.versions import Versions
from testing.template import PROJECT, functions, load_template

ROWS = ("/winupgo/v1@1767225600:1782864000", "/winupgo/v1/events@1767225602")
TABLE = ",".join([*ROWS, "/players/{player_id}@1767225601"])
MALFORMED = [
    "/a",
    "a@1767225600",
    "/@1767225600",
    "/a@tomorrow",
    "/a@1767225600:",
    "/a@1767225600:Wed, 01 Jul 2026 00:00:00 GMT",
    "/a@1767225600,",
    "/a@1767225600, /b@1767225600",
    "/a=1767225600",
    "/a@17672256000000",
    "/a\n@1767225600",
]


@pytest.mark.parametrize(
    ("route", "deprecated"),
    [
        ("/winupgo/v1", "@1767225600"),
        ("/winupgo/v1/bets/settle", "@1767225600"),
        ("/winupgo/v1/events", "@1767225602"),
        ("/players/{player_id}/limits", "@1767225601"),
        ("/winupgo/v10", None),
        ("/winupgo", None),
        ("/players", None),
        ("", None),
    ],
)
def test_a_row_stands_for_its_path_and_what_is_below_it(route: str, deprecated: str | None) -> None:
    version = Versions(TABLE).of({"resource": route})
    assert (version and version.headers["Deprecation"]) == deprecated


def test_an_end_is_told_as_an_http_date_and_counted_down() -> None:
    versions = Versions(TABLE)
    ending, going_on = (
        versions.of({"resource": route}) for route in ("/winupgo/v1", "/players/{player_id}")
    )
    assert ending is not None
    assert going_on is not None
    assert ending.headers["Sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    assert ending.left_s(1782863999.5) == 0.5
    assert "Sunset" not in going_on.headers
    assert going_on.left_s(0) == float("inf")


@pytest.mark.parametrize(
    "table", [*MALFORMED, "/a@1767225600,/a@1767225601", "/a@1767225601:1767225600"]
)
def test_what_is_no_table_is_refused_by_name(table: str) -> None:
    with pytest.raises(ValueError, match=r"PATH@DEPRECATED|twice|before"):
        Versions(table)


def test_o25_the_template_takes_no_table_whose_form_is_wrong() -> None:
    pattern = load_template()["Parameters"]["DeprecatedRoutes"]["AllowedPattern"]
    assert all(re.fullmatch(pattern, table) for table in ("", TABLE, "/a@1767225600"))
    assert not any(re.fullmatch(pattern, table) for table in MALFORMED)


def test_every_environments_table_names_routes_that_there_are() -> None:
    paths = {
        event["Properties"]["Path"]
        for function in functions(load_template()).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    }
    config = tomllib.loads((PROJECT / "samconfig.toml").read_text())
    for name, section in config.items():
        given = section.get("deploy", {}).get("parameters", {}) if isinstance(section, dict) else {}
        overrides = dict(row.split("=", 1) for row in given.get("parameter_overrides", []))
        table = overrides.get("DeprecatedRoutes")
        ending = Versions(table).paths if table else frozenset()
        unknown = {path for path in ending if not any(below(route, path) for route in paths)}
        assert not unknown, f"{name}: no route is below {unknown}"


def below(route: str, path: str) -> bool:
    return f"{route}/".startswith(f"{path}/")
