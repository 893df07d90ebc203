"""Makes a built layer slim: files that no function uses are neither uploaded nor read at a start.

botocore ships the models of 400 services and every endpoint of each; the clients made here need
five. A kept service keeps all its operations, so that any code may call any of them. Models lose
only their prose, which is more than half of the text that botocore parses to make a client.
"""

import gzip
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from builder.certificates import cut_amazon_roots
from builder.precompile import compile_tree

SERVICES: Final = frozenset({"dynamodb", "events", "lambda", "s3", "secretsmanager"})
"""The services that functions make clients of."""

ROOTS_FILE: Final = "amazon-roots.pem"
"""Name of the bundle of Amazon roots in the layer; `casino.aws.connect` looks for it."""

LAYER_AT: Final = "/opt/python"
FUNCTION_AT: Final = "/var/task"

_UNUSED: Final = ("*.pyi", "py.typed", "*.exe", "examples-1.json", "requirements.txt", "RECORD")
_UNUSED_FOLDERS: Final = ("__pycache__", "tests", "sboms")
#: What libraries bring and nobody here imports. cffi itself is for building: its C part is enough
#: for cryptography.
_UNUSED_PARTS: Final = (
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/*",
    "botocore/stub.py",
    "cffi",
    "dateutil/rrule.py",
    "dateutil/zoneinfo",
    "pycparser",
    "pydantic/mypy.py",
    "pydantic/v1",
    "urllib3/contrib/emscripten",
)
#: What of the wallet only the tools use, and the daily proof, whose layer holds all of it:
#: `tests/contract/test_layer.py` sees that no other function does.
TOOLS_ONLY: Final = (
    "casino/accounts/held_wins.py",
    "casino/catalogue/admin.py",
    "casino/catalogue/store/orders.py",
    "casino/deliveries/admin.py",
    "casino/events/daily.py",
    "casino/events/progress.py",
    "casino/events/proving.py",
    "casino/events/store/checkpoints.py",
    "casino/events/store/progress.py",
    "casino/integrations/admin.py",
    "casino/integrations/switching.py",
    "casino/observability/logs.py",
    "casino/wallet/proof",
    "casino/wallet/rebuild",
    "casino/wallet/store/pages.py",
    "casino/wallet/store/rebuilt.py",
    "casino/wiring/admin.py",
    "casino/wiring/proof.py",
    "casino/wiring/proving.py",
    "casino/wiring/rebuild.py",
    "casino/wiring/releases.py",
    "casino/wiring/unobserved.py",
)
_USED_PARTS: Final = frozenset({"__init__.py", "jmespath_utils", "typing"})


def tune_layer(python: Path, left_out: Sequence[str] = TOOLS_ONLY) -> None:
    """Slim the folder of a built layer, in place, and compile what is in it. Can be repeated."""
    _drop_unused(python)
    _drop_parts(python, (*_UNUSED_PARTS, *left_out))
    for about in sorted(python.glob("*.dist-info/METADATA")):
        _cut_description(about)
    _keep_places(python / "tzdata" / "zoneinfo")
    for library in sorted(python.rglob("*.so")):
        _strip(library)
    data = python / "botocore" / "data"
    if data.is_dir():
        _keep_services(data)
        _slim_endpoints(data / "endpoints.json")
        for model in sorted(data.glob("*/*/*.json.gz")):
            _unpack(model)
        cut_amazon_roots(python / "botocore" / "cacert.pem", python / ROOTS_FILE)
    compile_tree(python, LAYER_AT)


def tune_function(folder: Path) -> None:
    """Compile a function's own code, in place. Can be repeated."""
    _drop_unused(folder)
    compile_tree(folder, FUNCTION_AT)


def _drop_parts(python: Path, patterns: Sequence[str]) -> None:
    for pattern in patterns:
        for part in sorted(python.glob(pattern)):
            if part.name not in _USED_PARTS:
                shutil.rmtree(part) if part.is_dir() else part.unlink()


def _cut_description(about: Path) -> None:
    """Keep a distribution's name, version and needs; drop its description, often a long page."""
    about.write_bytes(about.read_bytes().partition(b"\n\n")[0].rstrip(b"\n") + b"\n")


def _keep_places(zones: Path) -> None:
    """Keep the time zones of places, and drop other names of theirs and the tables."""
    table = zones / "zone.tab"
    if not table.is_file():
        return
    rows = [line.split("\t") for line in table.read_text("utf-8").splitlines()]
    places = {row[2] for row in rows if len(row) > 2}
    for file in sorted(path for path in zones.rglob("*") if path.is_file()):
        name = file.relative_to(zones).as_posix()
        if name not in places and file.name != "__init__.py":
            file.unlink()


def _drop_unused(root: Path) -> None:
    for name in _UNUSED_FOLDERS:
        for folder in sorted(root.rglob(name)):
            shutil.rmtree(folder)
    for pattern in _UNUSED:
        for file in sorted(root.rglob(pattern)):
            file.unlink()


def _strip(library: Path) -> None:
    """Cut off what stands behind the loaded segments of an ELF file of 64 bits: symbol tables.

    Segments are all that the loader reads. Sections, which are for linkers and debuggers, are said
    to be none.
    """
    content = bytearray(library.read_bytes())
    table, size, count = (
        int.from_bytes(content[slice(*at)], "little") for at in ((32, 40), (54, 56), (56, 58))
    )
    end = table + size * count
    for entry in range(table, table + size * count, size):
        offset, length = (
            int.from_bytes(content[entry + at : entry + at + 8], "little") for at in (8, 32)
        )
        end = max(end, offset + length)
    content[40:48], content[58:64] = bytes(8), bytes(6)
    library.write_bytes(content[:end])


def _keep_services(data: Path) -> None:
    """Keep the newest model of each used service: the only one that botocore reads."""
    for service in sorted(path for path in data.iterdir() if path.is_dir()):
        versions = sorted(path for path in service.iterdir() if path.is_dir())
        unused = versions[:-1] if service.name in SERVICES else [service]
        for folder in unused:
            shutil.rmtree(folder)


def _slim_endpoints(file: Path) -> None:
    endpoints = json.loads(file.read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in SERVICES}
    _write(file, endpoints)


def _unpack(model: Path) -> None:
    """Store a model as plain JSON without prose: the layer is compressed anyway."""
    _write(model.with_suffix(""), _without_prose(json.loads(gzip.decompress(model.read_bytes()))))
    model.unlink()


def _without_prose(value: Any) -> Any:
    """Empty the texts named `documentation`, which botocore expects to be there."""
    if isinstance(value, dict):
        return {name: _emptied(name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_prose(inner) for inner in value]
    return value


def _emptied(name: str, value: Any) -> Any:
    return "" if name == "documentation" and isinstance(value, str) else _without_prose(value)


def _write(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, separators=(",", ":")))
