"""The hash chain: every applied entry holds the hash of the entry before it in its wallet.

A change to history, a missing entry or an inserted one shows when the chain is recomputed.
"""

import hashlib
import json
from dataclasses import astuple, fields, replace
from operator import attrgetter

from casino.wallet.model import Entry, wallet_key

_SCHEMA = "entry/2"
#: Every field but the hash, and what an entry says of a bonus: few have that, which follows then.
_hashed_fields = attrgetter(*(f.name for f in fields(Entry) if f.name not in ("hash", "bonus")))


def genesis_hash(player_id: str, currency: str) -> str:
    """Return the hash that a wallet's first entry follows, in hex: no chain fits two wallets."""
    return hashlib.sha256(f"genesis:{wallet_key(player_id, currency)}".encode()).hexdigest()


def entry_hash(entry: Entry) -> str:
    """Return the SHA-256 in hex over every field of `entry` but its own hash."""
    hashed = [_SCHEMA, *_hashed_fields(entry)]
    if entry.bonus is not None:
        hashed.append(astuple(entry.bonus))
    text = json.dumps(hashed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal(entry: Entry) -> Entry:
    """Return `entry` with its hash."""
    return replace(entry, hash=entry_hash(entry))
