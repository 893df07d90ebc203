"""What the catalogue's functions read from their environment beside `settings`."""

from collections.abc import Mapping
from dataclasses import dataclass

from casino.wiring.settings import SettingsError


@dataclass(frozen=True, slots=True)
class CatalogueSettings:
    """The environment of the synchronisation, typed."""

    catalogue_table: str
    sync_table: str
    pages_bucket: str
    drop_share: float
    hand_over_s: float
    page_limit: int


def load_catalogue_settings(environment: Mapping[str, str]) -> CatalogueSettings:
    """Read the settings; raises `SettingsError` naming the first variable that is wrong."""
    name = ""
    try:
        name = "DROP_SHARE_PERCENT"
        drop_share = int(environment.get(name, "80")) / 100
        name = "HAND_OVER_SECONDS"
        hand_over_s = float(environment.get(name, "60"))
        name = "PAGE_LIMIT"
        page_limit = int(environment.get(name, "200"))
        return CatalogueSettings(
            catalogue_table=environment["CATALOGUE_TABLE"],
            sync_table=environment["SYNC_TABLE"],
            pages_bucket=environment["PAGES_BUCKET"],
            drop_share=drop_share,
            hand_over_s=hand_over_s,
            page_limit=page_limit,
        )
    except KeyError as error:
        raise SettingsError(f"{error.args[0]} is not set") from None
    except ValueError:
        raise SettingsError(f"{name} is not a number") from None
