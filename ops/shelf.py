"""Items of a ledger on disk, sorted by wallet: one file of SQLite, which can be gone on with.

A page and the place that it ended at are written together, so that a run that dies anywhere goes on
without a gap and without a copy. Memory holds one wallet.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from casino.aws.attributes import Item
from casino.wallet.store.pages import Owner, Source
from ops.errors import OpsError

_TABLES = """
CREATE TABLE IF NOT EXISTS about (stack TEXT, segments INTEGER);
CREATE TABLE IF NOT EXISTS places
  (source TEXT, segment INTEGER, after BLOB, PRIMARY KEY (source, segment));
CREATE TABLE IF NOT EXISTS items (wallet TEXT, source TEXT, id TEXT, item BLOB);
CREATE TABLE IF NOT EXISTS markers (bet TEXT, id TEXT, item BLOB);
CREATE TABLE IF NOT EXISTS links (bet TEXT, wallet TEXT);
CREATE TABLE IF NOT EXISTS judged (wallet TEXT PRIMARY KEY, entries INTEGER, faults BLOB);
"""
#: Marks a file as ours, in the head that SQLite has for that.
_MARK = 0x5EA31E55
_SORT = """
CREATE INDEX IF NOT EXISTS by_bet ON links (bet);
INSERT INTO items SELECT DISTINCT COALESCE(l.wallet, ''), 'ledger', m.id, m.item
  FROM markers m LEFT JOIN links l USING (bet);
DELETE FROM markers;
CREATE INDEX IF NOT EXISTS by_wallet ON items (wallet);
"""
_ARCHIVE = """
DROP TABLE IF EXISTS archived;
DROP TABLE IF EXISTS stored;
CREATE TABLE archived (id TEXT, digest BLOB, late INTEGER, PRIMARY KEY (id, digest, late));
CREATE TABLE stored (id TEXT PRIMARY KEY, wallet TEXT, hash BLOB, digest BLOB);
DROP TABLE IF EXISTS heads;
CREATE TABLE heads (day TEXT, wallet TEXT, seq TEXT, hash BLOB);
CREATE INDEX by_hash ON stored (hash);
"""
_encode, _decode = msgspec.msgpack.encode, msgspec.msgpack.decode


class Shelf:
    """Where a run keeps what it read and judged; several threads may put."""

    def __init__(self, file: Path, stack: str, segments: int) -> None:
        """Open a file, or make it; raises `OpsError` for that of another stack or another thing."""
        self._lock = Lock()
        file.touch(0o600)  # it holds what the tables hold
        fresh = not file.stat().st_size
        self._db = sqlite3.connect(file, check_same_thread=False)
        try:
            (mark,) = self._db.execute("PRAGMA application_id").fetchone()
            if not fresh and mark != _MARK:
                raise sqlite3.DatabaseError("somebody else's")
            file.chmod(0o600)
            begin = f"PRAGMA application_id = {_MARK}; PRAGMA synchronous = OFF;"
            self._db.executescript(f"{begin} {_TABLES}")
            about = self._db.execute("SELECT stack, segments FROM about").fetchone()
        except sqlite3.DatabaseError as error:
            self.close()
            raise OpsError("invalid_request", f"{file} is no file of a verification") from error
        if about is None:
            about = (stack, segments)
            with self._db:
                self._db.execute("INSERT INTO about VALUES (?, ?)", about)
        if about[0] != stack:
            self.close()
            raise OpsError("invalid_request", f"{file} is of stack {about[0]}")
        self.segments = int(about[1])

    def place(self, source: Source, segment: int) -> tuple[bool, Item | None]:
        """Return whether a segment is read to its end, and where it goes on."""
        found = self._one(
            "SELECT after FROM places WHERE source = ? AND segment = ?", source, segment
        )
        if found is None:
            return False, None
        return found[0] is None, _decode(found[0]) if found[0] is not None else None

    def put(
        self,
        source: Source,
        segment: int,
        found: Iterable[tuple[Owner, Item]],
        after: Item | None,
    ) -> None:
        """Keep a page, and where its segment goes on; `None` is the end."""
        items: list[tuple[str, str, str, bytes]] = []
        markers: list[tuple[str, str, bytes]] = []
        links: list[tuple[str, str]] = []
        for (wallet, bet), item in found:
            key = _key_of(item)
            if bet and not wallet:
                markers.append((bet, key, _encode(item)))
                continue
            items.append((wallet, source, key, _encode(item)))
            if bet:
                links.append((bet, wallet))
        with self._lock, self._db:
            self._db.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", items)
            self._db.executemany("INSERT INTO markers VALUES (?, ?, ?)", markers)
            self._db.executemany("INSERT INTO links VALUES (?, ?)", links)
            place = (source, segment, _encode(after) if after is not None else None)
            self._db.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", place)

    def sort(self) -> None:
        """Bring what was read into the order of the wallets; markers stand with their bets."""
        self._db.executescript(f"BEGIN; {_SORT} COMMIT;")

    def wallets(self) -> Iterator[tuple[str, list[tuple[Source, Item]]]]:
        """Yield the wallets that are not judged yet with their items; '' is what has none."""
        (last,) = self._one("SELECT MAX(wallet) FROM judged")
        while True:
            of = "SELECT MIN(wallet) FROM items"
            (last,) = (
                self._one(f"{of} WHERE wallet > ?", last) if last is not None else self._one(of)
            )
            if last is None:
                return
            rows = self._db.execute("SELECT source, item FROM items WHERE wallet = ?", (last,))
            yield last, [(source, _decode(item)) for source, item in rows]

    def judged(self, wallet: str, entries: int, faults: Iterable[Any]) -> None:
        """Keep the verdict on a wallet."""
        with self._db:
            verdict = (wallet, entries, _encode(list(faults)))
            self._db.execute("INSERT INTO judged VALUES (?, ?, ?)", verdict)

    def verdicts(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield how many entries of each wallet were judged, and its faults."""
        for entries, faults in self._db.execute("SELECT entries, faults FROM judged"):
            yield entries, _decode(faults)

    def forget_archive(self) -> None:
        """Begin anew with what the archive says."""
        self._db.executescript(_ARCHIVE)

    def archive(self, lines: Iterable[tuple[str, bytes, bool]]) -> None:
        """Keep what the archive says: keys, digests, and whether it came after the signature."""
        with self._db:
            self._db.executemany("INSERT OR IGNORE INTO archived VALUES (?, ?, ?)", lines)

    def digest_items(self, digest: Callable[[Item], bytes]) -> None:
        """Keep the digest of each item of the ledger."""
        rows = self._db.execute("SELECT wallet, item FROM items WHERE source = 'ledger'")
        self.put_late(((wallet, _decode(item)) for wallet, item in rows), digest)

    def put_late(self, found: Iterable[tuple[str, Item]], digest: Callable[[Item], bytes]) -> None:
        """Keep the digests of items of the ledger with their wallets, which nobody judges."""
        rows = (
            (_key_of(item), wallet, item.get("hash", {}).get("B"), digest(item))
            for wallet, item in found
        )
        with self._db:
            self._db.executemany("INSERT OR IGNORE INTO stored VALUES (?, ?, ?, ?)", rows)

    def sign(self, day: str, heads: Iterable[tuple[str, int, str]]) -> None:
        """Keep what was signed of a day: wallets with number and hash (hex) of their last entry."""
        rows = ((day, wallet, str(seq), bytes.fromhex(hash_)) for wallet, seq, hash_ in heads)
        with self._db:
            self._db.executemany("INSERT INTO heads VALUES (?, ?, ?, ?)", rows)

    def not_as_signed(self) -> Iterator[tuple[str, str, str]]:
        """Yield day, wallet and number of the entries that the ledger does not have as signed."""
        yield from self._db.execute(
            "SELECT day, wallet, seq FROM heads h WHERE NOT EXISTS"
            " (SELECT 1 FROM stored s WHERE s.hash = h.hash AND s.wallet = h.wallet)"
        )

    def archived_twice(self) -> Iterator[str]:
        """Yield the keys that the archive has in several ways."""
        return self._keys("SELECT id FROM archived GROUP BY id HAVING COUNT(DISTINCT digest) > 1")

    def archived_otherwise(self) -> Iterator[str]:
        """Yield the keys of which the archive never had what the ledger has."""
        return self._keys(
            "SELECT s.id FROM stored s WHERE EXISTS (SELECT 1 FROM archived a WHERE a.id = s.id)"
            " AND NOT EXISTS"
            " (SELECT 1 FROM archived a WHERE a.id = s.id AND a.digest = s.digest)"
        )

    def only_archived(self) -> Iterator[str]:
        """Yield the keys that the ledger lacks."""
        stored = "SELECT id FROM stored"
        return self._keys(f"SELECT DISTINCT id FROM archived WHERE id NOT IN ({stored})")  # noqa: S608

    def only_stored(self) -> Iterator[tuple[str, Item]]:
        """Yield the items that the archive lacks."""
        return self._items("id NOT IN (SELECT id FROM archived)")

    def archived_late(self) -> Iterator[tuple[str, Item]]:
        """Yield the items of which no line was there when its day was signed."""
        return self._items("id IN (SELECT id FROM archived GROUP BY id HAVING MIN(late) = 1)")

    def _keys(self, statement: str) -> Iterator[str]:
        return (str(key) for (key,) in self._db.execute(statement))

    def _items(self, condition: str) -> Iterator[tuple[str, Item]]:
        rows = self._db.execute(
            f"SELECT DISTINCT id, item FROM items WHERE source = 'ledger' AND {condition}"  # noqa: S608 - ours
        )
        return ((key, _decode(item)) for key, item in rows)

    def count(self) -> int:
        """Return how many owners of items there are to judge."""
        return int(self._one("SELECT COUNT(DISTINCT wallet) FROM items")[0])

    def heads(self) -> int:
        """Return how many wallets were read."""
        return int(self._one("SELECT COUNT(*) FROM items WHERE source = 'wallets'")[0])

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _one(self, statement: str, *values: object) -> Any:
        with self._lock:
            return self._db.execute(statement, values).fetchone()


def _key_of(item: Item) -> str:
    return str(item.get("id", {}).get("S", ""))
