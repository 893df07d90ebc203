"""The hash chain: every applied entry holds the hash of the entry before it in its wallet.

A change to history, a missing entry or an inserted one shows when the chain is recomputed.
"""

import hashlib
import json
from dataclasses import fields, replace
from operator import attrgetter

from casino.wallet.model import Entry, wallet_key

_SCHEMA = "entry/2"
#: Every field but the hash, which is the last.
_hashed_fields = attrgetter(*(field.name for field in fields(Entry)[:-1]))


def genesis_hash(player_id: str, currency: str) -> str:
    """Return the hash that a wallet's first entry follows, in hex: no chain fits two wallets."""
    return hashlib.sha256(f"genesis:{wallet_key(player_id, currency)}".encode()).hexdigest()


def entry_hash(entry: Entry) -> str:
    """Return the SHA-256 in hex over every field of `entry` but its own hash."""
    text = json.dumps([_SCHEMA, *_hashed_fields(entry)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal(entry: Entry) -> Entry:
    """Return `entry` with its hash."""
    return replace(entry, hash=entry_hash(entry))
