"""Traffic, interruptions, races and planted things leave the checkpoints whole, and stop nobody."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from casino.base.times import epoch, iso_utc
from casino.events.daily import SETTLED_S, Daily
from casino.events.record import LEDGER
from casino.events.store.archive import S3Archive
from casino.events.store.checkpoints import S3Checkpoints
from ops.errors import OpsError
from ops.verbs.verification import checkpoint, verify
from testing.clock import FakeClock
from testing.fake_events import FakeS3
from tests.functional.tampering.casino import Books, tampered
from tests.functional.tampering.kinds import POOR
from tests.functional.tampering.vault import DAY_S, Vault, a_vault, codes


@pytest.fixture(scope="module")
def vault() -> Vault:
    return a_vault()


def archived(vault: Vault) -> str:
    return min(key for key in vault.objects if key.startswith("ledger/"))


def played_on(vault: Vault) -> str:
    """Return the day on which it was played."""
    return archived(vault).partition("date=")[2][:10]


def test_what_is_written_while_it_is_verified_is_no_fault(vault: Vault, tmp_path: Path) -> None:
    """The archive and the checkpoints know it, the tables were read before."""
    live = vault.unsigned(tampered(vault.scene, lambda books: None))
    live.scene.sessions = vault.scene.sessions

    def meanwhile() -> None:
        live.scene.games("bet", "meanwhile", 1_00, player="bob", currency="JPY", round_id="b3")
        live.archive()
        live.clock.advance(DAY_S)
        assert live.daily().faulty == {}

    assert live.faults(tmp_path / "shelf", meanwhile) == ()


def in_the_future(books: Books) -> None:
    refusal = replace(books.read(POOR), transaction_id="poorer", at="2999-01-01T00:00:00.000Z")
    books.put(refusal)


@pytest.mark.parametrize(("kept", "fault"), [(False, "not_archived"), (True, "archived_late")])
def test_a_refusal_of_a_day_to_come_is_named(
    vault: Vault, kept: bool, fault: str, tmp_path: Path
) -> None:
    spoiled = vault.copy(tampered(vault.scene, in_the_future))
    if kept:
        spoiled.archive()
    assert fault in codes(spoiled, tmp_path)


def line(vault: Vault, **changes: Any) -> bytes:
    said = json.loads(gzip.decompress(vault.objects[archived(vault)]).splitlines()[0])
    return gzip.compress(json.dumps(said | changes).encode())


HEAD: Final = {
    "wallet": {"S": "EUR#ann"},
    "record": {"S": "applied"},
    "seq": {"N": "9" * 99},
    "hash": {"B": "AAAA"},
}
PLANTED: Final[dict[str, Callable[[Vault], bytes]]] = {
    "broken compression": lambda vault: gzip.compress(b"x")[:10] + b"\xff" * 20,
    "nested without end": lambda vault: gzip.compress(b"[" * 100_000),
    "half a character": lambda vault: line(vault, content={"S": "\ud800"}),
    "half a character as its key": lambda vault: line(vault, key="\ud800"),
    "a wallet without a player": lambda vault: line(vault, content={"wallet": {"S": "EUR#"}}),
    "half a wallet": lambda vault: line(vault, content=HEAD | {"wallet": {"S": "EUR#\ud800"}}),
    "an endless number": lambda vault: line(vault, content=HEAD),
    "a key that is no text": lambda vault: line(vault, key=["a"], content="\ud800"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_no_object_stops_the_verifier_or_the_checkpoint_of_its_day(
    vault: Vault, name: str, tmp_path: Path
) -> None:
    spoiled = vault.unsigned()
    key = f"ledger/date={played_on(spoiled)}/{'0' * 40}.jsonl.gz"
    spoiled.objects[key] = PLANTED[name](spoiled)
    spoiled.clock.advance(DAY_S)
    proven = spoiled.daily()
    assert (len(proven.days), proven.wallets) == (1, 4)
    assert proven.faulty.keys() <= {key}
    assert "archive_object" in codes(spoiled, tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda said: said | {"number": float("inf")},
        lambda said: said | {"day": "\ud800"},
        lambda said: said | {"heads": {"EUR#ann": [1, "\ud800"]}},
    ],
    ids=["endless", "half a day", "half a hash"],
)
def test_no_checkpoint_stops_the_verifier(
    vault: Vault, spoil: Callable[[dict[str, Any]], Any], tmp_path: Path
) -> None:
    spoiled = vault.copy()
    key = f"checkpoints/{played_on(vault)}.json"
    said = json.loads(spoiled.objects[key])
    spoiled.objects[key] = json.dumps(said | {"checkpoint": spoil(said["checkpoint"])}).encode()
    spoiled.objects["checkpoints/notes"] = b"["
    found = spoiled.faults(tmp_path / "shelf")
    unreadable = {fault.transaction_id for fault in found if fault.code == "checkpoint_unreadable"}
    assert unreadable == {played_on(vault), "notes"}


def test_what_lies_beside_the_checkpoints_does_not_end_them(vault: Vault) -> None:
    spoiled = vault.copy()
    spoiled.clock = FakeClock(vault.clock.now() + DAY_S)
    first = spoiled.objects[f"checkpoints/{played_on(vault)}.json"]
    for name in ("2999-01-01.json", "2999-W01-1.json", "zzz", f"{played_on(vault)}x.json"):
        spoiled.objects[f"checkpoints/{name}"] = first
    assert len(spoiled.daily().days) == 1


@pytest.mark.parametrize("planted", [b"nothing", None])
def test_nothing_follows_a_checkpoint_that_is_none_or_of_another_day(
    vault: Vault, planted: bytes | None
) -> None:
    spoiled = vault.copy()
    last = max(S3Checkpoints(spoiled.s3, "archive").days())
    first = spoiled.objects[f"checkpoints/{played_on(vault)}.json"]
    spoiled.objects[f"checkpoints/{last}.json"] = first if planted is None else planted
    with pytest.raises(OpsError) as raised:
        checkpoint(spoiled.operations())
    assert raised.value.code == "checkpoint_unreadable"


def test_a_day_is_signed_when_its_last_entries_had_time_to_be_archived(vault: Vault) -> None:
    early, day = vault.unsigned(), played_on(vault)
    early.clock = FakeClock(epoch(f"{day}T00:00:00Z") + DAY_S + 60)
    assert day not in early.daily().days
    early.clock.advance(SETTLED_S)
    assert early.daily().days == [day]


def test_what_a_run_that_broke_off_did_not_prove_is_left_to_the_next(vault: Vault) -> None:
    broken = vault.unsigned()
    broken.clock.advance(DAY_S)
    accounts = (S3Archive(broken.s3, "archive"), S3Checkpoints(broken.s3, "archive"))

    def prove(wallet: tuple[str, str]) -> list[str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Daily(*accounts, broken.key, prove, broken.clock).run()
    assert broken.daily().wallets == 4


@dataclass
class Overtaken(FakeS3):
    """A bucket in which somebody else's checkpoint stands when ours comes."""

    by: Callable[[], object] | None = None

    def put_object(self, **request: Any) -> dict[str, Any]:
        if request["Key"].startswith("checkpoints/") and self.by is not None:
            by, self.by = self.by, None
            by()
        return super().put_object(**request)


def test_two_runs_at_once_make_one_chain(vault: Vault, tmp_path: Path) -> None:
    """The other one read one object more, and signs the first of two days before this one."""
    late = vault.unsigned()
    late.clock.advance(DAY_S)
    late.daily()
    other = late.copy()
    other.objects, other.clock = late.objects, FakeClock(late.clock.now() + DAY_S)
    second = iso_utc(epoch(f"{played_on(late)}T00:00:00Z") + DAY_S)[:10]

    def overtake() -> None:
        again = S3Archive(other.s3, "archive").of_object(archived(other))[:1]
        S3Archive(other.s3, "archive").put(LEDGER, second, again)
        assert other.daily().days == [second]

    late.s3 = Overtaken(late.objects, by=overtake)
    late.clock.advance(2 * DAY_S)
    assert len(late.daily().days) == 1
    assert late.faults(tmp_path / "shelf") == ()


def test_a_key_without_the_archive_is_a_mistake(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="--against-archive"):
        verify(vault.operations(), key_file=tmp_path / "key.pem")


def test_an_object_that_unpacks_to_more_than_any_batch_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("casino.events.store.archive._LARGEST", 1_000)
    bomb = FakeS3({"bomb": gzip.compress(b"\n" * 1_001), "fits": gzip.compress(b"\n" * 1_000)})
    with pytest.raises(ValueError, match="too large"):
        S3Archive(bomb, "archive").lines("bomb")
    assert len(S3Archive(bomb, "archive").lines("fits")) == 1_000
