"""Holds, barred bets and endings as items of the ledger: one pair of functions per kind of item."""

from typing import cast

from casino.aws.attributes import Item, Value, binary, flag, number, text
from casino.wallet.hold import Barred, Ending, EndKind, Hold
from casino.wallet.model import Wallet, wallet_key
from casino.wallet.store.bonus_items import bonus_of, read_bonus_of
from casino.wallet.store.limit_items import limits_of, read_limits_of

_OPTIONAL = ("round_id", "session_id", "game_id")


def hold_id(integration: str, bet_id: str) -> str:
    """Return the ledger key of what opened or barred a bet."""
    return f"{integration}#hold#{bet_id}"


def end_id(integration: str, bet_id: str) -> str:
    """Return the ledger key of what ended a bet."""
    return f"{integration}#end#{bet_id}"


def is_hold_item(item: Item) -> bool:
    """Tell whether an item of the ledger is one of these."""
    return item["id"]["S"].split("#", 2)[1] in ("hold", "end")


def opening_item(opening: Hold | Barred) -> Item:
    """Store what opened or barred a bet."""
    item = {
        "id": text(hold_id(opening.integration, opening.bet_id)),
        "record": text("hold" if isinstance(opening, Hold) else "barred"),
        "transaction_id": text(opening.transaction_id),
        "at": text(opening.at),
    }
    if isinstance(opening, Barred):
        return item
    after = opening.wallet
    item |= {
        "owner": text(wallet_key(after.player_id, after.currency)),
        "amount": number(opening.amount_minor),
        "balance": number(after.balance_minor),
        "reserved": number(after.reserved_minor),
        "seq": number(after.seq),
        "version": number(after.version),
        "head": binary(after.head_hash),
        "blocked": flag(after.blocked),
        "held": number(after.held_minor),
        "held_wins": number(after.held_wins_minor),
        "held_since": text(after.held_since),
        "held_seq": number(after.held_seq),
    }
    item |= limits_of(after) | bonus_of(after)
    if any(opening.stake):
        item["stake"] = {"L": [number(each) for each in opening.stake]}
    given = {name: getattr(opening, name) for name in _OPTIONAL}
    return item | {name: text(value) for name, value in given.items() if value is not None}


def ending_item(ending: Ending) -> Item:
    """Store what ended a bet."""
    return {
        "id": text(end_id(ending.integration, ending.bet_id)),
        "record": text(ending.kind),
        "transaction_id": text(ending.transaction_id),
        "at": text(ending.at),
    }


def read_hold_item(item: Item) -> Hold | Barred | Ending:
    """Read any of these items."""
    record = item["record"]["S"]
    integration, mark, bet_id = item["id"]["S"].split("#", 2)
    transaction_id, at = item["transaction_id"]["S"], item["at"]["S"]
    if mark == "end":
        return Ending(integration, bet_id, cast("EndKind", record), transaction_id, at)
    if record == "barred":
        return Barred(integration, bet_id, transaction_id, at)
    optional = {name: item[name]["S"] if name in item else None for name in _OPTIONAL}
    return Hold(
        integration=integration,
        bet_id=bet_id,
        transaction_id=transaction_id,
        amount_minor=int(item["amount"]["N"]),
        at=at,
        wallet=_wallet(item),
        stake=_stake(item["stake"]) if "stake" in item else (0, 0, 0),
        **optional,
    )


def _stake(value: Value) -> tuple[int, int, int]:
    number_, of_grant, counted = (int(each["N"]) for each in value["L"])
    return number_, of_grant, counted


def _wallet(item: Item) -> Wallet:
    currency, player_id = item["owner"]["S"].split("#", 1)
    limits, play = read_limits_of(item)
    return Wallet(
        player_id=player_id,
        currency=currency,
        balance_minor=int(item["balance"]["N"]),
        reserved_minor=int(item["reserved"]["N"]),
        seq=int(item["seq"]["N"]),
        version=int(item["version"]["N"]),
        head_hash=item["head"]["B"].hex(),
        blocked=item["blocked"]["BOOL"],
        held_minor=int(item["held"]["N"]),
        held_wins_minor=int(item["held_wins"]["N"]),
        held_since=item["held_since"]["S"],
        held_seq=int(item["held_seq"]["N"]),
        limits=limits,
        play=play,
        bonus=read_bonus_of(item),
    )
