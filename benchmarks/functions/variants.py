"""What is compared: the wallet as it is deployed, and the same bet written in other ways.

| variant | what it is |
|---|---|
| `wallet` | the built package, as it is deployed |
| `boto3_tuned` | bare botocore with all that our build and start do: the reference of cold starts |
| `boto3` | plain boto3, the same two calls, default clients; compiled ahead, in its favour |
| `powertools` | the pattern that Powertools documents, packaged by `sam build`: nothing compiled |
| `powertools_shared` | the same code with one session, shared clients and everything compiled |
| `floor` | the standard library alone, with a signer of its own: the least that is possible |

Every peer packages the SDK that it uses, as AWS recommends, in the version that the wallet has.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from builder import build as wallet_build
from builder import package, sam
from builder.precompile import compile_tree
from builder.tune import FUNCTION_AT, LAYER_AT, ROOTS_FILE, tune_layer
from testing.bets import INTEGRATION, PLAYER, Event
from testing.callers import CALLERS, Caller
from testing.template import TABLES, load_template
from testing.world import SANDBOX

PEERS: Final = sam.PROJECT / ".aws-sam" / "peers"
_SOURCES: Final = sam.PROJECT / "benchmarks" / "peers"
_COMMON: Final = PEERS / "CommonLayer" / "python"
_AS_PACKAGED: Final = PEERS / "CommonLayer" / "as-packaged"
_SHARED: Final = "PowertoolsSharedFunction"


@dataclass(frozen=True)
class Variant:
    """One way to write a bet, built and ready to run."""

    name: str
    title: str
    folders: tuple[Path, ...]
    """The function's folder, then the layer's."""
    roots: Path
    """The bundle of authorities that it ships and parses for each connection."""
    bet: Callable[[], Event] = PLAYER.bet
    """Makes a new bet that it takes."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it is told beside that which all are told."""

    @contextmanager
    def trusting(self, authority: Path) -> Iterator[dict[str, str]]:
        """Give the variables that make it trust `authority` too, beside what it trusts anyway."""
        with TemporaryDirectory() as folder:
            bundle = Path(folder, "roots.pem")
            bundle.write_text(self.roots.read_text() + authority.read_text())
            yield {"AWS_CA_BUNDLE": str(bundle)}

    def told(self) -> dict[str, Any]:
        """Return the title and the bytes of all files, `unzipped` and `zipped`."""
        files = (file for folder in self.folders for file in folder.rglob("*"))
        unzipped = sum(file.stat().st_size for file in files if file.is_file())
        zipped = package.zipped_size(*self.folders)
        return {"title": self.title, "package": {"zipped": zipped, "unzipped": unzipped}}


#: What every variant reads, with the names of tables that do not exist: for the stand-in of AWS.
NULL_ENVIRONMENT: Final = {name: f"null-{name}" for name in (*TABLES.values(), "IDEMPOTENCY_TABLE")}
#: What the template, or the peer's own would, tell the function beside its tables.
COMMON_ENVIRONMENT: Final = {
    "SECRET_NAME": SANDBOX.secret_name,
    "PRIMED_INTEGRATIONS": INTEGRATION,
    "CACHE_SECONDS": "60",
    "SERVICE_VERSION": "benchmark",
    "POWERTOOLS_SERVICE_NAME": "seamless-wallet",
    "POWERTOOLS_METRICS_NAMESPACE": "SeamlessWallet",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}


def build() -> list[Variant]:
    """Build all of them, and return them; raises `BuildError`."""
    wallet_build.build()
    _build_peers()
    return [
        wallet(),
        _peer("boto3_tuned", "tuned botocore", "Boto3TunedFunction"),
        _peer("boto3", "plain boto3", "Boto3Function"),
        _peer("powertools", "Powertools, as packaged", "PowertoolsFunction", _AS_PACKAGED),
        _peer("powertools_shared", "Powertools, shared clients, compiled", _SHARED),
        _peer("floor", "standard library, own signer", "FloorFunction"),
    ]


def wallet(function: str = "BetFunction") -> Variant:
    """Return the wallet, with any of its functions."""
    layer = package.layer_folder(wallet_build.BUILD)
    folders = (wallet_build.BUILD / function, layer)
    return Variant("wallet", "this wallet", folders, layer / ROOTS_FILE)


def dialects() -> list[Variant]:
    """Return the function of each counterpart, iGSP's first, with all layers that it carries."""
    return [_dialect(name, caller) for name, caller in CALLERS.items()]


def _dialect(name: str, caller: Caller) -> Variant:
    said = load_template()["Resources"][caller.function]["Properties"].get("Layers", ())
    layers = (package.layer_folder(wallet_build.BUILD, one["Ref"]) for one in said)
    own = wallet(caller.function)
    told = {"PRIMED_INTEGRATIONS": caller.integration.name, "SESSION_TTL_MINUTES": "720"}
    return Variant(name, name, (*own.folders, *layers), own.roots, caller.bet, told)


def _peer(name: str, title: str, function: str, common: Path = _COMMON) -> Variant:
    folder = PEERS / function
    own = folder / ROOTS_FILE, folder / "botocore" / "cacert.pem"
    # The floor has no bundle of its own; it gets the smallest.
    roots = next((path for path in own if path.is_file()), wallet().roots)
    return Variant(name, title, (folder, common), roots)


def _build_peers() -> None:
    template = str(_SOURCES / "template.yaml")
    sam.run(["build", "--template", template, "--build-dir", str(PEERS)])
    shared = PEERS / _SHARED
    for source, target in ((PEERS / "PowertoolsFunction", shared), (_COMMON, _AS_PACKAGED)):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    shutil.copy(_SOURCES / "powertools_shared" / "clients.py", shared)
    tune_layer(PEERS / "Boto3TunedFunction")
    for folder in (shared, PEERS / "Boto3Function", PEERS / "FloorFunction"):
        compile_tree(folder, FUNCTION_AT)
    compile_tree(_COMMON, LAYER_AT)
