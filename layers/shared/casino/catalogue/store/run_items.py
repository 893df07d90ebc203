"""The items of leases, checkpoints and quarantine."""

import zlib
from typing import cast

import msgspec

from casino.aws.attributes import Item, Value, number, text
from casino.catalogue.ports import Quarantined
from casino.catalogue.run import Fault, Run, SyncState


class Kept(msgspec.Struct, omit_defaults=True):
    """What outlives a run."""

    provider_mark: str | None = None
    game_mark: str | None = None
    full_providers: int | None = None
    full_games: int | None = None
    last_run: Run | None = None
    last_finished_at: str | None = None


def state_key(integration: str) -> Item:
    return {"id": text(integration), "entry": text("state")}


def quarantine_id(integration: str) -> str:
    return f"{integration}#quarantine"


def milliseconds(seconds: float) -> Value:
    return number(int(seconds * 1000))


def read_state(integration: str, item: Item) -> SyncState:
    kept = msgspec.json.decode(item["kept"]["S"], type=Kept) if "kept" in item else Kept()
    run = msgspec.json.decode(item["run"]["S"], type=Run) if "run" in item else None
    return SyncState(
        integration=integration,
        run=run,
        full_wanted="full_wanted" in item,
        drop_accepted="drop_accepted" in item,
        provider_mark=kept.provider_mark,
        game_mark=kept.game_mark,
        full_providers=kept.full_providers,
        full_games=kept.full_games,
        last_run=kept.last_run,
        last_finished_at=kept.last_finished_at,
        games=int(item["games"]["N"]) if "games" in item else 0,
    )


def quarantine_item(integration: str, quarantined: Quarantined) -> Item:
    item: Item = {
        "id": text(quarantine_id(integration)),
        "entry": text(f"{quarantined.entity}#{quarantined.record_id}"),
        "fault": text(quarantined.fault),
        "reason": text(quarantined.reason),
        "fingerprint": text(quarantined.fingerprint),
        "page_key": text(quarantined.page_key),
        "at": text(quarantined.at),
    }
    if quarantined.raw is not None:
        item["raw"] = {"B": zlib.compress(quarantined.raw)}
    return item


def read_quarantined(item: Item) -> Quarantined:
    entity, _, record_id = item["entry"]["S"].partition("#")
    return Quarantined(
        entity="providers" if entity == "providers" else "games",
        record_id=record_id,
        fault=cast("Fault", item["fault"]["S"]),
        reason=item["reason"]["S"],
        fingerprint=item["fingerprint"]["S"],
        page_key=item["page_key"]["S"],
        at=item["at"]["S"],
        raw=zlib.decompress(item["raw"]["B"]) if "raw" in item else None,
    )
