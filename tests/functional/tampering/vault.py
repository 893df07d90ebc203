"""A casino with an archive and checkpoints, as days go by."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from casino.events.daily import SETTLED_S, Daily, Proven
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
from testing.clock import FakeClock
from testing.fake_events import FakeS3
from tests.functional.tampering.casino import Scene, played

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


@dataclass
class Vault:
    """A scene with its archive; days go by, and each gets its checkpoint."""

    scene: Scene
    objects: dict[str, bytes] = field(default_factory=dict)
    key: Key = field(default_factory=Key)
    proved: list[tuple[str, str]] = field(default_factory=list)
    clock: FakeClock = field(default_factory=lambda: FakeClock(time.time() + SETTLED_S))

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

    def faults(
        self, file: Path, meanwhile: Callable[[], object] = lambda: None
    ) -> tuple[Fault, ...]:
        """Return all faults; `meanwhile` comes between the tables and the archive."""
        world, key = self.scene.world, self.key.private.public_key()
        accounts = (S3Archive(self.s3, "archive"), S3Checkpoints(self.s3, "archive"))
        with closing(Shelf(file, "test", 2)) as shelf:
            pages, verifier = Pages(world.client, world.tables), self.scene.admin.verifier
            found = Sweep(pages, shelf, verifier, lambda line: None).run()
            meanwhile()
            against = Against(shelf, pages, *accounts, key, self.clock)
            return (*found.faults, *against.faults())

    def copy(self, scene: Scene | None = None) -> "Vault":
        return Vault(scene or self.scene, dict(self.objects), self.key, [], self.clock)

    def unsigned(self, scene: Scene | None = None) -> "Vault":
        """Return a copy of the day on which it was played, without checkpoints."""
        made = self.copy(scene)
        made.clock = FakeClock(self.clock.now() - 3 * DAY_S)
        for name in [name for name in made.objects if name.startswith("checkpoints/")]:
            del made.objects[name]
        return made

    def operations(self, scene: Scene | None = None) -> Operations:
        """Return the verbs' view of it, with a KMS that has its key."""
        found, kms = scene or self.scene, Kms(self.key.private)
        outputs = EventsOutputs(archive="archive", checkpoint_key="key")
        stack = replace(found.admin.stack, events=outputs)
        clients = (found.world.client, None, None, None)
        more: Any = {"objects": self.s3, "aws": lambda service: kms, "clock": self.clock}
        return Operations(stack, *clients, **more)


def a_vault() -> Vault:
    """Return one in which everything was played three days ago, with three checkpoints."""
    made = Vault(played())
    made.archive()
    made.pass_days()
    return made


def codes(vault: Vault, folder: Path) -> set[str]:
    return {fault.code for fault in vault.faults(folder / "shelf")}
