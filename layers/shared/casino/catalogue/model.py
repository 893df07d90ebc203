"""The words of the catalogue: a provider's offer, and whether a game may be launched.

Times are ISO 8601 UTC strings as the provider sent them; `fingerprint` is the SHA-256 in hex of a
record's canonical JSON, so that an unchanged record is recognised without comparing its fields.
"""

from dataclasses import dataclass
from typing import Final, Literal

type GameStatus = Literal["active", "inactive", "pending", "deprecated"]
type Shelf = Literal["active", "inactive", "pending", "deprecated", "deleted", "missing"]
type KycLevel = Literal[
    "anonymous", "registered", "basic", "verified", "enhanced", "source_of_funds", "restricted"
]

#: A game or provider that this many full runs in a row did not name is disabled.
MISSING_RUNS_TO_DISABLE: Final = 2

#: Every shelf, in the order in which people are told of them.
SHELVES: Final[tuple[Shelf, ...]] = (
    "active",
    "inactive",
    "pending",
    "deprecated",
    "deleted",
    "missing",
)

#: The bound of a weight, either way.
_HEAVIEST: Final = 10**9
_RANK_NAME: Final = 200


#: How old what is known of a provider may be in the lobby and at a launch, in seconds. Games are
#: always read: five minutes after a change no blocked title is shown or launched.
PROVIDERS_TTL_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a provider or game, in the provider's words."""

    name: str | None = None
    url: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A studio behind an integration, and the limits that it sets.

    `enabled` is the provider's own word; `missing_runs` and `missing_run` are as in `Game`.
    """

    integration: str
    provider_id: str
    name: str
    currencies: tuple[str, ...]
    restricted_countries: tuple[str, ...]
    fingerprint: str
    slug: str | None = None
    min_age: int | None = None
    min_kyc_level: KycLevel | None = None
    images: tuple[Image, ...] = ()
    updated_at: str | None = None
    enabled: bool = True
    missing_runs: int = 0
    missing_run: str | None = None

    @property
    def available(self) -> bool:
        """Whether the provider's games may be shown and launched."""
        return self.enabled and self.missing_runs < MISSING_RUNS_TO_DISABLE


@dataclass(frozen=True, slots=True)
class Game:
    """A game of the catalogue; `missing_runs` counts the full runs in a row that left it out.

    `missing_run` is the last of them, so that a run that is resumed does not count twice.
    """

    integration: str
    game_id: str
    provider_id: str
    name: str
    status: GameStatus
    updated_at: str
    fingerprint: str
    categories: tuple[str, ...] = ()
    weight: int = 0
    slug: str | None = None
    rtp: str | None = None
    bonus_rollover_coefficient: str | None = None
    images: tuple[Image, ...] = ()
    created_at: str | None = None
    deleted_at: str | None = None
    missing_runs: int = 0
    missing_run: str | None = None

    @property
    def shelf(self) -> Shelf:
        """Where the lobby finds the game: `active` is exactly what is launchable."""
        if self.deleted_at is not None:
            return "deleted"
        return self.status if self.missing_runs < MISSING_RUNS_TO_DISABLE else "missing"

    @property
    def rank(self) -> str:
        """The game's place in a lobby as text that sorts: weight, heaviest first, then name."""
        return f"{_HEAVIEST - self.weight:010d}#{self.name.casefold()[:_RANK_NAME]}#{self.game_id}"

    @property
    def launchable(self) -> bool:
        """Whether the game itself may be launched; its provider and the player decide as well."""
        return self.shelf == "active"
