"""The items of the catalogue: one per provider and game, and one per category of a game.

The items of a game's categories only put the game on its category's shelf.
"""

from dataclasses import asdict
from typing import Any, Final, cast

from casino.aws.attributes import Item, binary, flag, number, text
from casino.catalogue.model import Game, GameStatus, Image, KycLevel, Provider

GAME: Final = "game"
INTEGRATIONS: Final = "integrations"
"""The partition that names every integration with a catalogue."""

_GAME_TEXT: Final = (
    "slug",
    "rtp",
    "bonus_rollover_coefficient",
    "created_at",
    "deleted_at",
    "missing_run",
)


def game_id_key(game_id: str) -> str:
    """Return the partition of a game and its categories."""
    return f"game#{game_id}"


def game_key(game_id: str) -> Item:
    """Return the key of a game: its id is the provider's, and unique over all integrations."""
    return {"id": text(game_id_key(game_id)), "entry": text(GAME)}


def providers_id(integration: str) -> str:
    """Return the partition of an integration's providers."""
    return f"provider#{integration}"


def provider_key(integration: str, provider_id: str) -> Item:
    """Return the key of a provider: an integration's are together, to be read at once."""
    return {"id": text(providers_id(integration)), "entry": text(provider_id)}


def category_key(game_id: str, category: str) -> Item:
    """Return the key of a game's place on the shelf of a category."""
    return {"id": text(game_id_key(game_id)), "entry": text(f"category#{category}")}


def category_shelf(shelf: str, category: str) -> str:
    """Return the name of a category's shelf."""
    return f"{shelf}#category#{category}"


def provider_shelf(shelf: str, provider: str) -> str:
    """Return the name of a provider's shelf; `provider` is `<integration>#<provider_id>`."""
    return f"{shelf}#{provider}"


def owner(game: Game) -> str:
    """Return the game's provider as the indexes name it."""
    return f"{game.integration}#{game.provider_id}"


def game_item(game: Game) -> Item:
    """Store a game."""
    item: Item = {
        **game_key(game.game_id),
        "integration": text(game.integration),
        "provider_id": text(game.provider_id),
        "name": text(game.name),
        "status": text(game.status),
        "updated_at": text(game.updated_at),
        "fingerprint": binary(game.fingerprint),
        "categories": _texts(game.categories),
        "images": _images(game.images),
        "weight": number(game.weight),
        "missing_runs": number(game.missing_runs),
        "shelf": text(game.shelf),
        "rank": text(game.rank),
        "owner": text(owner(game)),
        "provider_shelf": text(provider_shelf(game.shelf, owner(game))),
    }
    for name in _GAME_TEXT:
        value = getattr(game, name)
        if value is not None:
            item[name] = text(value)
    return item


def read_game(item: Item) -> Game:
    """Read a game."""
    return Game(
        integration=item["integration"]["S"],
        game_id=item["id"]["S"].split("#", 1)[1],
        provider_id=item["provider_id"]["S"],
        name=item["name"]["S"],
        status=cast("GameStatus", item["status"]["S"]),
        updated_at=item["updated_at"]["S"],
        fingerprint=_hex(item["fingerprint"]),
        categories=_read_texts(item["categories"]),
        images=_read_images(item),
        weight=int(item["weight"]["N"]),
        missing_runs=int(item["missing_runs"]["N"]),
        **{name: item[name]["S"] if name in item else None for name in _GAME_TEXT},
    )


def category_items(game: Game) -> dict[str, Item]:
    """Return the items of a game's categories, by category."""
    return {
        category: {
            **category_key(game.game_id, category),
            "shelf": text(category_shelf(game.shelf, category)),
            "rank": text(game.rank),
            "owner": text(owner(game)),
        }
        for category in game.categories
    }


def provider_item(provider: Provider) -> Item:
    """Store a provider."""
    item: Item = {
        **provider_key(provider.integration, provider.provider_id),
        "name": text(provider.name),
        "currencies": _texts(provider.currencies),
        "restricted_countries": _texts(provider.restricted_countries),
        "images": _images(provider.images),
        "fingerprint": binary(provider.fingerprint),
        "enabled": flag(provider.enabled),
        "missing_runs": number(provider.missing_runs),
    }
    for name in ("slug", "min_kyc_level", "updated_at", "missing_run"):
        value = getattr(provider, name)
        if value is not None:
            item[name] = text(value)
    if provider.min_age is not None:
        item["min_age"] = number(provider.min_age)
    return item


def read_provider(item: Item) -> Provider:
    """Read a provider."""
    level = item["min_kyc_level"]["S"] if "min_kyc_level" in item else None
    return Provider(
        integration=item["id"]["S"].split("#", 1)[1],
        provider_id=item["entry"]["S"],
        name=item["name"]["S"],
        currencies=_read_texts(item["currencies"]),
        restricted_countries=_read_texts(item["restricted_countries"]),
        fingerprint=_hex(item["fingerprint"]),
        slug=item["slug"]["S"] if "slug" in item else None,
        min_age=int(item["min_age"]["N"]) if "min_age" in item else None,
        min_kyc_level=cast("KycLevel | None", level),
        images=_read_images(item),
        updated_at=item["updated_at"]["S"] if "updated_at" in item else None,
        enabled=item["enabled"]["BOOL"],
        missing_runs=int(item["missing_runs"]["N"]) if "missing_runs" in item else 0,
        missing_run=item["missing_run"]["S"] if "missing_run" in item else None,
    )


def _texts(values: tuple[str, ...]) -> dict[str, Any]:
    return {"L": [text(value) for value in values]}


def _read_texts(value: dict[str, Any]) -> tuple[str, ...]:
    return tuple(member["S"] for member in value["L"])


def _images(images: tuple[Image, ...]) -> dict[str, Any]:
    named = ({n: v for n, v in asdict(image).items() if v is not None} for image in images)
    return {"L": [{"M": {n: text(v) for n, v in image.items()}} for image in named]}


def _read_images(item: Item) -> tuple[Image, ...]:
    stored = item["images"]["L"] if "images" in item else ()
    return tuple(Image(**{n: v["S"] for n, v in image["M"].items()}) for image in stored)


def _hex(value: dict[str, Any]) -> str:
    digest: bytes = value["B"]
    return digest.hex()
