"""Releases of held wins as items of the ledger."""

from casino.aws.attributes import Item, number, text
from casino.wallet.release import Release


def release_id(integration: str, transaction_id: str) -> str:
    """Return the ledger key of the release of a held win."""
    return f"{integration}#release#{transaction_id}"


def release_item(release: Release) -> Item:
    """Store the release of a held win."""
    return {
        "id": text(release_id(release.integration, release.transaction_id)),
        "record": text("release"),
        "player_id": text(release.player_id),
        "currency": text(release.currency),
        "amount": number(release.amount_minor),
        "at": text(release.at),
        "who": text(release.who),
        "reason": text(release.reason),
    }


def is_release_item(item: Item) -> bool:
    """Tell whether an item's key is that of a release."""
    key: str = item["id"]["S"]
    return key.split("#", 2)[1:2] == ["release"]


def read_release_item(item: Item) -> Release:
    """Read a release."""
    integration, _, transaction_id = item["id"]["S"].split("#", 2)
    return Release(
        integration,
        transaction_id,
        item["player_id"]["S"],
        item["currency"]["S"],
        int(item["amount"]["N"]),
        item["at"]["S"],
        item["who"]["S"],
        item["reason"]["S"],
    )
