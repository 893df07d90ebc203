"""The ledger, the archive of its stream and the signed checkpoints: three accounts that agree."""

import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from casino.events.daily import Daily, Proven
from casino.events.record import LEDGER, Kept
from casino.events.store.archive import S3Archive
from casino.events.store.checkpoints import S3Checkpoints
from casino.events.store.items import as_told
from casino.wallet.proof.faults import Fault
from casino.wallet.store.pages import Pages
from casino.wiring.stack import EventsOutputs
from ops.against import Against
from ops.context import Operations
from ops.shelf import Shelf
from ops.sweep import Sweep
from ops.verbs.verification import checkpoint, verify
from testing.clock import FakeClock
from testing.fake_events import FakeS3
from tests.functional.tampering.archive_kinds import IN_THE_ARCHIVE, ArchiveKind
from tests.functional.tampering.casino import Scene, played, tampered
from tests.functional.tampering.kinds import ALONE, ARCHIVED, Kind

DAY_S: Final = 86_400.0


@dataclass
class Key:
    """Signs as KMS does."""

    private: EllipticCurvePrivateKey = field(
        default_factory=lambda: generate_private_key(SECP256R1())
    )

    def sign(self, text: str) -> bytes:
        return self.private.sign(text.encode(), ECDSA(SHA256()))


@dataclass
class Vault:
    """A scene with its archive; days go by, and each gets its checkpoint."""

    scene: Scene
    objects: dict[str, bytes] = field(default_factory=dict)
    key: Key = field(default_factory=Key)
    proved: list[tuple[str, str]] = field(default_factory=list)
    clock: FakeClock = field(default_factory=lambda: FakeClock(time.time()))

    @cached_property
    def s3(self) -> FakeS3:
        return FakeS3(self.objects)

    def archive(self) -> None:
        """Keep the ledger as its stream is kept, in two objects."""
        client, table = self.scene.world.client, self.scene.world.tables.ledger
        images = [as_told(item) for item in client.scan(TableName=table)["Items"]]
        kept = [Kept(LEDGER, image["id"]["S"], (), image) for image in images]
        for part in (kept[::2], kept[1::2]):
            days = {line.content["at"]["S"][:10] for line in part}
            for day in days:
                own = [line for line in part if line.content["at"]["S"].startswith(day)]
                S3Archive(self.s3, "archive").put(LEDGER, day, own)

    def daily(self) -> Proven:
        def prove(wallet: tuple[str, str]) -> list[str]:
            self.proved.append(wallet)
            found = self.scene.admin.verifier.wallet(*wallet, thorough=False)
            return [fault.code for fault in found.faults]

        accounts = (S3Archive(self.s3, "archive"), S3Checkpoints(self.s3, "archive"))
        return Daily(*accounts, self.key, prove, self.clock).run()

    def pass_days(self) -> list[Proven]:
        """Let three days go by."""
        proven = []
        for _ in range(3):
            self.clock.advance(DAY_S)
            proven.append(self.daily())
        return proven

    def faults(self, file: Path) -> tuple[Fault, ...]:
        world, key = self.scene.world, self.key.private.public_key()
        accounts = (S3Archive(self.s3, "archive"), S3Checkpoints(self.s3, "archive"))
        with closing(Shelf(file, "test", 2)) as shelf:
            pages, verifier = Pages(world.client, world.tables), self.scene.admin.verifier
            found = Sweep(pages, shelf, verifier, lambda line: None).run()
            return (*found.faults, *Against(shelf, *accounts, key, self.clock).faults())

    def copy(self, scene: Scene | None = None) -> "Vault":
        return Vault(scene or self.scene, dict(self.objects), self.key, [], self.clock)

    def unsigned(self, scene: Scene | None = None) -> "Vault":
        """Return a copy of the day on which it was played, without checkpoints."""
        made = self.copy(scene)
        made.clock = FakeClock(self.clock.now() - 3 * DAY_S)
        for name in [name for name in made.objects if name.startswith("checkpoints/")]:
            del made.objects[name]
        return made


@pytest.fixture(scope="module")
def vault() -> Vault:
    made = Vault(played())
    made.archive()
    made.pass_days()
    return made


def codes(vault: Vault, folder: Path) -> set[str]:
    return {fault.code for fault in vault.faults(folder / "shelf")}


def test_three_accounts_of_what_was_played_agree(vault: Vault, tmp_path: Path) -> None:
    assert vault.faults(tmp_path / "shelf") == ()


@pytest.mark.parametrize("kind", [*ALONE, *ARCHIVED], ids=lambda kind: kind.name)
def test_each_kind_is_named_against_the_archive(vault: Vault, kind: Kind, tmp_path: Path) -> None:
    assert kind.fault in codes(vault.copy(tampered(vault.scene, kind.do)), tmp_path)


@pytest.mark.parametrize("kind", IN_THE_ARCHIVE, ids=lambda kind: kind.name)
def test_tampering_with_the_archive_is_named(
    vault: Vault, kind: ArchiveKind, tmp_path: Path
) -> None:
    spoiled = vault.copy()
    kind.do(spoiled.objects)
    assert kind.fault in codes(spoiled, tmp_path)


def test_a_refusal_invented_in_the_table_and_in_the_archive_came_late(
    vault: Vault, tmp_path: Path
) -> None:
    """Its stream archives what is written, whoever wrote it; but the day was signed before."""
    (invented,) = (kind for kind in ARCHIVED if kind.name == "a refusal invented")
    spoiled = vault.copy(tampered(vault.scene, invented.do))
    spoiled.archive()
    assert codes(spoiled, tmp_path) == {"archived_late"}


def test_a_last_entry_rewritten_in_the_table_and_in_the_archive_is_not_what_was_signed(
    vault: Vault, tmp_path: Path
) -> None:
    (last,) = (kind for kind in ARCHIVED if kind.name.startswith("the last entry rewritten"))
    spoiled = vault.copy(tampered(vault.scene, last.do))
    spoiled.archive()
    assert {"checkpoint_head", "archive_conflict"} <= codes(spoiled, tmp_path)


def test_a_checkpoint_signed_with_another_key_is_forged(vault: Vault, tmp_path: Path) -> None:
    spoiled = vault.unsigned()
    own, spoiled.key = spoiled.key, Key()
    spoiled.pass_days()
    spoiled.key = own
    assert "checkpoint_forged" in codes(spoiled, tmp_path)


def test_a_day_proves_the_wallets_that_moved_and_no_other(vault: Vault) -> None:
    again = vault.unsigned()
    first, *rest = again.pass_days()
    moved = {("ann", "EUR"), ("bob", "JPY"), ("dan", "EUR"), ("eve", "EUR")}
    assert set(again.proved) == moved
    assert (first.wallets, first.faulty) == (4, {})
    assert [day.wallets for day in rest] == [0, 0], "nobody moved"
    assert again.daily() == Proven(), "what is signed is not proven again"


def test_a_run_makes_up_for_days_that_no_run_came_to(vault: Vault) -> None:
    late = vault.unsigned()
    late.clock.advance(DAY_S)
    late.daily()
    late.clock.advance(2 * DAY_S)
    assert len(late.daily().days) == 2
    assert late.objects.keys() == vault.objects.keys()


def test_a_day_names_wallets_with_faults_and_is_signed_all_the_same(vault: Vault) -> None:
    (gap,) = (kind for kind in ALONE if kind.name == "the last entry deleted")
    spoiled = vault.unsigned(tampered(vault.scene, gap.do))
    proven, *_ = spoiled.pass_days()
    assert proven.faulty.keys() == {"JPY#bob"}
    assert "sequence_gap" in proven.faulty["JPY#bob"]
    assert len(S3Checkpoints(spoiled.s3, "archive").days()) == 3


@dataclass
class Kms:
    """KMS with one key."""

    private: EllipticCurvePrivateKey

    def sign(self, **request: Any) -> dict[str, bytes]:
        asked = (request["KeyId"], request["MessageType"], request["SigningAlgorithm"])
        assert asked == ("key", "DIGEST", "ECDSA_SHA_256")
        return {"Signature": self.private.sign(request["Message"], ECDSA(Prehashed(SHA256())))}

    def get_public_key(self, **request: Any) -> dict[str, bytes]:
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"PublicKey": self.private.public_key().public_bytes(*form)}


def test_the_verbs_sign_what_they_prove_and_find_what_was_changed_since(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    day = vault.unsigned()
    day.clock.advance(DAY_S)
    outputs = EventsOutputs(archive="archive", checkpoint_key="key")
    stack = replace(day.scene.admin.stack, events=outputs)
    kms = Kms(day.key.private)

    def operations(scene: Scene) -> Operations:
        clients = (scene.world.client, None, None, None)
        return Operations(stack, *clients, objects=day.s3, aws=lambda service: kms, clock=day.clock)

    signed = checkpoint(operations(day.scene))
    assert (signed.exit_code, signed.lines) == (0, ["1 day signed, 4 wallets proven"])
    assert verify(operations(day.scene), against_archive=True).exit_code == 0
    (poor,) = (kind for kind in ARCHIVED if kind.name == "a refusal deleted")
    found = verify(operations(tampered(day.scene, poor.do)), against_archive=True)
    assert found.exit_code == 1
    assert "archived_missing" in "\n".join(found.lines)
    assert "comparing with the archive" in capsys.readouterr().err
