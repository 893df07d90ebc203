"""A catalogue made from a seed: the same seed gives the same records, byte for byte.

The catalogue holds the hard cases of a synchronisation: many games with one `updated_at` (a studio
releases and changes them together), deleted games, statuses of every kind, missing optional fields.
"""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

type Record = dict[str, Any]

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_SPAN_S = 500 * 24 * 3600
_STUDIOS = (
    "Aurora",
    "Basalt",
    "Cobalt",
    "Dune",
    "Ember",
    "Fjord",
    "Gale",
    "Harbour",
    "Iris",
    "Juno",
)
_KINDS = ("Gaming", "Studios", "Interactive", "Play")
_ADJECTIVES = (
    "Amber", "Brave", "Crystal", "Dancing", "Eternal", "Frozen", "Golden", "Hidden", "Imperial",
    "Jolly", "Lucky", "Mystic", "Neon", "Royal", "Silent", "Thunder", "Velvet", "Wild",
)  # fmt: skip
_NOUNS = (
    "Anchors", "Bells", "Coins", "Dragons", "Eagles", "Fruits", "Gems", "Harvest", "Islands",
    "Jackals", "Kings", "Lanterns", "Moons", "Nuggets", "Oracles", "Pearls", "Reels", "Sphinx",
    "Tigers", "Vaults",
)  # fmt: skip
_CATEGORIES = ("slots", "table games", "live games", "jackpots", "crash", "scratch cards", "new")
_CURRENCIES = ("USD", "GBP", "CAD", "SEK", "JPY", "KWD", "BRL", "INR", "USDT")
_COUNTRIES = ("US", "CN", "RU", "FR", "NL", "AU", "GB", "TR", "IR", "CU")
_KYC = ("anonymous", "registered", "basic", "verified", "enhanced")


def stamp(moment: datetime) -> str:
    """Return a time as the provider writes it: always six decimals, so that text order is time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def generate(seed: int, games: int, providers: int) -> tuple[list[Record], list[Record]]:
    """Return the providers and the games."""
    # Not for secrets: it is to be repeatable.
    chance = random.Random(seed)  # noqa: S311
    made = [_provider(chance, number) for number in range(providers)]
    releases = [_moment(chance) for _ in range(max(1, games // 25))]
    return made, [_game(chance, number, made, releases) for number in range(games)]


def _provider(chance: random.Random, number: int) -> Record:
    studio = _STUDIOS[number % len(_STUDIOS)]
    name = f"{studio} {_KINDS[number // len(_STUDIOS) % len(_KINDS)]}"
    if number >= len(_STUDIOS) * len(_KINDS):
        name = f"{name} {number}"
    slug = _slug(name)
    # One in ten does not take euros.
    euros = [] if number % 10 == 9 else ["EUR"]
    record: Record = {
        "id": _uuid(chance),
        "name": name,
        "slug": slug,
        "currencies": euros + sorted(chance.sample(_CURRENCIES, chance.randint(2, 6))),
        "restricted_countries": sorted(chance.sample(_COUNTRIES, chance.randint(0, 4))),
        "images": [
            {
                "name": f"{slug}-logo.png",
                "url": f"https://static.provider.example/{slug}/logo.png",
                "type": "logo",
            }
        ],
        "updated_at": stamp(_moment(chance)),
    }
    if number % 4:
        record["min_age"] = 21 if number % 8 == 5 else 18
    if number % 3:
        record["min_kyc_level"] = chance.choice(_KYC)
    return record


def _game(
    chance: random.Random, number: int, providers: list[Record], releases: list[datetime]
) -> Record:
    provider = chance.choice(providers)
    name = f"{chance.choice(_ADJECTIVES)} {chance.choice(_NOUNS)} {number}"
    updated = chance.choice(releases) if chance.random() < 0.5 else _moment(chance)
    deleted = chance.random() < 0.02
    return {
        "id": _uuid(chance),
        "provider_id": provider["id"],
        "name": name,
        "slug": _slug(name),
        "rtp": chance.randint(8_800, 9_850) / 10_000,
        "status": chance.choices(
            ("active", "inactive", "pending", "deprecated"), weights=(88, 6, 3, 3)
        )[0],
        "weight": chance.randint(0, 1_000),
        "categories": sorted(chance.sample(_CATEGORIES, chance.randint(1, 3))),
        "bonus_rollover_coefficient": chance.choice((0, 0.1, 0.5, 1)),
        "provider": {name: provider[name] for name in ("id", "name", "slug")},
        "integration": {"id": provider["id"], "name": provider["slug"]},
        "created_at": stamp(_FIRST - timedelta(seconds=chance.randint(0, _SPAN_S))),
        "updated_at": stamp(updated),
        "deleted_at": stamp(updated) if deleted else None,
    }


def _moment(chance: random.Random) -> datetime:
    return _FIRST + timedelta(seconds=chance.randint(0, _SPAN_S), microseconds=chance.randint(0, 9))


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
