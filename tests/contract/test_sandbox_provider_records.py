"""What the simulated provider lists is what our models of the provider's API accept."""

import json

import pytest

from casino.dialects.igsp.records import IgspRecords, read_list
from sandbox.provider.config import DEFAULT_GAMES, DEFAULT_PROVIDERS
from sandbox.provider.generator import Record, generate

RECORDS = IgspRecords()
PROVIDERS, GAMES = generate(1, DEFAULT_GAMES, DEFAULT_PROVIDERS)


def sent(records: list[Record]) -> bytes:
    page = {
        "data": records,
        "cursor": {"next": None, "previous": None},
        "meta": {"limit": 200, "returned": len(records), "has_more": False},
    }
    return json.dumps(page).encode()


def test_every_generated_provider_is_accepted() -> None:
    for record in read_list(sent(PROVIDERS)).data:
        provider = RECORDS.provider("sandbox", record)
        assert provider.currencies


@pytest.mark.parametrize("first", range(0, DEFAULT_GAMES, 1_000))
def test_every_generated_game_is_accepted(first: int) -> None:
    ours = [RECORDS.game("sandbox", r) for r in read_list(sent(GAMES[first : first + 1_000])).data]
    theirs = GAMES[first : first + 1_000]
    assert [(g.game_id, g.status, g.weight, g.deleted_at) for g in ours] == [
        (r["id"], r["status"], r["weight"], r["deleted_at"]) for r in theirs
    ]
    assert [str(r["rtp"]) for r in theirs] == [g.rtp for g in ours]
