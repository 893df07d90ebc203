"""The words of the wallet as items: one pair of functions per kind of item.

Items use DynamoDB's own attribute form (`{"S": …}`), so that the hot path needs no resource layer.
Absent optional fields are left out. Attributes never repeat the key, which keeps an entry with its
indexes' attributes below 1 KB, two write units.
"""

from typing import Final, cast

from casino.aws.attributes import Item, binary, flag, number, text
from casino.wallet.model import (
    Entry,
    Kind,
    Player,
    Record,
    Round,
    Session,
    SessionStatus,
    Tombstone,
    VoidMarker,
    Wallet,
    wallet_key,
)
from casino.wallet.store.bonus_items import (
    bonus_of,
    part_of,
    read_bonus_of,
    read_grants_of,
    read_part_of,
)
from casino.wallet.store.limit_items import limits_of, read_limits_of

_OPTIONAL_TEXT: Final = (
    "game_id",
    "session_id",
    "round_id",
    "bet_transaction_id",
    "extra",
)

PROFILE: Final = ("name", "country", "birth_date", "kyc_level")
"""What may be known of a player beside the wallet."""


def entry_id(integration: str, transaction_id: str) -> str:
    """Return the ledger key of a transaction; integration names hold no `#`."""
    return f"{integration}#tx#{transaction_id}"


def void_id(integration: str, bet_transaction_id: str) -> str:
    """Return the ledger key of a bet's void marker."""
    return f"{integration}#void#{bet_transaction_id}"


def round_wallet(integration: str, player_id: str, currency: str) -> str:
    """Return the partition of a player's rounds: never shared between players."""
    return f"{integration}#{wallet_key(player_id, currency)}"


def entry_item(entry: Entry) -> Item:
    """Store an applied entry or a recorded refusal."""
    item: Item = {
        "id": text(entry_id(entry.integration, entry.transaction_id)),
        "record": text(entry.record),
        "kind": text(entry.kind),
        "rule": text(entry.rule),
        "type": text(entry.type),
        # Only `wallet` is indexed: what nothing proves stays out of the player's history.
        "wallet" if entry.attributed else "claimed": text(
            wallet_key(entry.player_id, entry.currency)
        ),
        "amount": number(entry.amount_minor),
        "finished": flag(entry.finished),
        "seq": number(entry.seq),
        "before": number(entry.balance_before_minor),
        "after": number(entry.balance_after_minor),
        "postings": {"M": {account: number(amount) for account, amount in entry.postings}},
        "status": number(entry.status),
        "body": text(entry.body),
        "fingerprint": binary(entry.fingerprint),
        "at": text(entry.at),
        "trace_id": text(entry.trace_id),
        "previous": binary(entry.previous_hash),
        "hash": binary(entry.hash),
    }
    for name in _OPTIONAL_TEXT:
        value = getattr(entry, name)
        if value is not None:
            item[name] = text(value)
    if entry.reserved_minor:
        item["reserved"] = number(entry.reserved_minor)
    return item if entry.bonus is None else item | part_of(entry)


def tombstone_item(tombstone: Tombstone) -> Item:
    """Store a tombstone under the id of the bet that it bars."""
    return {
        "id": text(entry_id(tombstone.integration, tombstone.bet_transaction_id)),
        "record": text("tombstone"),
        "refund_transaction_id": text(tombstone.refund_transaction_id),
        "player_id": text(tombstone.player_id),
        "currency": text(tombstone.currency),
        "at": text(tombstone.at),
        "status": number(tombstone.status),
        "body": text(tombstone.body),
    }


def void_item(void: VoidMarker) -> Item:
    """Store a void marker."""
    return {
        "id": text(void_id(void.integration, void.bet_transaction_id)),
        "record": text("void"),
        "refund_transaction_id": text(void.refund_transaction_id),
        "at": text(void.at),
    }


def read_ledger_item(item: Item) -> Entry | Tombstone | VoidMarker:
    """Read any item of the ledger but those of holds and releases."""
    record = item["record"]["S"]
    integration, mark, transaction_id = item["id"]["S"].split("#", 2)
    if mark == "void":
        return VoidMarker(
            integration, transaction_id, item["refund_transaction_id"]["S"], item["at"]["S"]
        )
    if record == "tombstone":
        return Tombstone(
            integration,
            transaction_id,
            item["refund_transaction_id"]["S"],
            item["player_id"]["S"],
            item["currency"]["S"],
            item["at"]["S"],
            int(item["status"]["N"]),
            item["body"]["S"],
        )
    if mark != "tx":
        raise ValueError(f"no item of the ledger is a {mark}")
    return _read_entry(integration, transaction_id, item)


def _read_entry(integration: str, transaction_id: str, item: Item) -> Entry:
    attributed = "wallet" in item
    wallet = item["wallet"] if attributed else item["claimed"]
    currency, player_id = wallet["S"].split("#", 1)
    postings = {account: int(value["N"]) for account, value in item["postings"]["M"].items()}
    return Entry(
        integration=integration,
        transaction_id=transaction_id,
        kind=cast("Kind", item["kind"]["S"]),
        record=cast("Record", item["record"]["S"]),
        rule=item["rule"]["S"],
        type=item["type"]["S"],
        player_id=player_id,
        currency=currency,
        amount_minor=int(item["amount"]["N"]),
        finished=item["finished"]["BOOL"],
        attributed=attributed,
        seq=int(item["seq"]["N"]),
        balance_before_minor=int(item["before"]["N"]),
        balance_after_minor=int(item["after"]["N"]),
        reserved_minor=int(item["reserved"]["N"]) if "reserved" in item else 0,
        postings=tuple(sorted(postings.items())),
        status=int(item["status"]["N"]),
        body=item["body"]["S"],
        fingerprint=item["fingerprint"]["B"].hex(),
        at=item["at"]["S"],
        trace_id=item["trace_id"]["S"],
        previous_hash=item["previous"]["B"].hex(),
        hash=item["hash"]["B"].hex(),
        bonus=read_part_of(item),
        **{name: item[name]["S"] if name in item else None for name in _OPTIONAL_TEXT},
    )


def wallet_item_key(player_id: str, currency: str) -> Item:
    """Return the key of a wallet."""
    return {"player_id": text(player_id), "currency": text(currency)}


def wallet_item(wallet: Wallet) -> Item:
    """Store a wallet without held wins."""
    return (
        limits_of(wallet)
        | bonus_of(wallet)
        | {
            "player_id": text(wallet.player_id),
            "currency": text(wallet.currency),
            "balance": number(wallet.balance_minor),
            "reserved": number(wallet.reserved_minor),
            "seq": number(wallet.seq),
            "version": number(wallet.version),
            "head": binary(wallet.head_hash),
            "blocked": flag(wallet.blocked),
        }
    )


def read_wallet(item: Item) -> Wallet:
    """Read a wallet."""
    limits, play = read_limits_of(item)
    return Wallet(
        player_id=item["player_id"]["S"],
        currency=item["currency"]["S"],
        balance_minor=int(item["balance"]["N"]),
        reserved_minor=int(item["reserved"]["N"]),
        seq=int(item["seq"]["N"]),
        version=int(item["version"]["N"]),
        head_hash=item["head"]["B"].hex(),
        blocked=item["blocked"]["BOOL"],
        held_minor=int(item["held"]["N"]) if "held" in item else 0,
        held_since=item["held_since"]["S"] if "held_since" in item else "",
        held_seq=int(item["held_seq"]["N"]) if "held_seq" in item else 0,
        held_wins_minor=int(item["held_wins"]["N"]) if "held_wins" in item else 0,
        limits=limits,
        play=play,
        bonus=read_bonus_of(item),
    )


def read_round(item: Item) -> Round:
    """Read a round; it is only ever written by counting up."""
    integration, currency, player_id = item["wallet"]["S"].split("#", 2)
    return Round(
        integration=integration,
        player_id=player_id,
        currency=currency,
        round_id=item["round_id"]["S"],
        bets=int(item["bets"]["N"]),
        refunds=int(item["refunds"]["N"]),
        paid_wins=int(item["paid_wins"]["N"]),
        finished="finished" in item,
        version=int(item["version"]["N"]),
        staked_minor=int(item["staked"]["N"]) if "staked" in item else None,
        grants=read_grants_of(item) if "staked" in item else (),
    )


def player_item(player: Player) -> Item:
    """Store a player; what is not known is left out."""
    item = {
        "player_id": text(player.player_id),
        "blocked": flag(player.blocked),
        "created_at": text(player.created_at),
    }
    for name in PROFILE:
        value = getattr(player, name)
        if value is not None:
            item[name] = text(value)
    return item


def read_player(item: Item) -> Player:
    """Read a player."""
    return Player(
        player_id=item["player_id"]["S"],
        blocked=item["blocked"]["BOOL"],
        created_at=item["created_at"]["S"],
        introduced_to=frozenset(item.get("introduced_to", {"SS": ()})["SS"]),
        self_excluded_until=int(item.get("self_excluded_until", {"N": 0})["N"]),
        cool_off_until=int(item.get("cool_off_until", {"N": 0})["N"]),
        **{name: item[name]["S"] if name in item else None for name in PROFILE},
    )


def session_item(session: Session) -> Item:
    """Store a session."""
    item = {
        "session_id": text(session.session_id),
        "player_id": text(session.player_id),
        "currency": text(session.currency),
        "integration": text(session.integration),
        "game_id": text(session.game_id),
        "status": text(session.status),
        "opened_at": text(session.opened_at),
        "expires_at": number(session.expires_at),
    }
    if session.is_demo:
        item["is_demo"] = flag(True)
    if session.category is not None:
        item["category"] = text(session.category)
    return item


def read_session(item: Item) -> Session:
    """Read a session."""
    return Session(
        # Under a counterpart's token stands a copy, which names the session's own id.
        session_id=item["of"]["S"] if "of" in item else item["session_id"]["S"],
        player_id=item["player_id"]["S"],
        currency=item["currency"]["S"],
        integration=item["integration"]["S"],
        game_id=item["game_id"]["S"],
        status=cast("SessionStatus", item["status"]["S"]),
        opened_at=item["opened_at"]["S"],
        expires_at=int(item["expires_at"]["N"]),
        is_demo="is_demo" in item,
        category=item["category"]["S"] if "category" in item else None,
    )
