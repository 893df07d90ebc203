"""What the catalogue promises: a blocked title closes within five minutes, and caps are stated."""

import re
import tomllib
from dataclasses import asdict

from casino.catalogue.model import PROVIDERS_TTL_S
from casino.providers.caps import CAPS
from testing.template import PROJECT, load_template

PROMISE_S = 300
#: What is left for a delta run itself, from the tick to its last write.
RUN_S = 30


def stages() -> dict[str, str]:
    """Return the schedule of the delta runs in each environment."""
    default = load_template()["Parameters"]["DeltaSyncSchedule"]["Default"]
    configured = tomllib.loads((PROJECT / "samconfig.toml").read_text("utf-8"))
    return {
        stage: dict(
            pair.split("=", 1)
            for pair in part["deploy"]["parameters"].get("parameter_overrides", ())
            if "=" in pair
        ).get("DeltaSyncSchedule", default)
        for stage, part in configured.items()
        if isinstance(part, dict) and "deploy" in part
    }


def test_c8_a_deleted_game_or_provider_is_out_of_lobby_and_launch_within_five_minutes() -> None:
    assert stages()
    for stage, schedule in stages().items():
        every = re.fullmatch(r"rate\((\d+) minutes\)", schedule)
        assert every, stage
        assert 60 * int(every[1]) + RUN_S + PROVIDERS_TTL_S <= PROMISE_S, stage


def test_a12_the_page_for_operators_names_every_cap() -> None:
    page = (PROJECT / "docs" / "catalogue.md").read_text("utf-8")
    table = page.split("## What a provider may send")[1].split("##")[0]

    stated = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", table)}
    assert set(asdict(CAPS).values()) <= stated
