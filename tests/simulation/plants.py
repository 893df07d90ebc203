"""Plants single faults into the money path, in memory, as a process imports it.

`planted.toml` lists them. A plant whose text is no longer there, or stands there twice, is an error
that says so: a fault that is not planted would never be found.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

LIST: Final = Path(__file__).with_name("planted.toml")
_SOURCES: Final = Path(__file__).resolve().parents[2] / "layers" / "shared"


class PlantError(Exception):
    """A fault cannot be planted: its place is gone, or it is not the only one."""


@dataclass(frozen=True)
class Plant:
    """One fault: what is wrong then, in words, and the text that makes it so."""

    fault: str
    module: str
    old: str
    new: str

    @property
    def path(self) -> Path:
        """Return the source of the module."""
        return (_SOURCES / self.module.replace(".", "/")).with_suffix(".py")

    def in_source(self, source: str) -> str:
        """Return a source with the fault in it."""
        if source.count(self.old) != 1:
            found = source.count(self.old)
            raise PlantError(f"{self.fault}: its text stands {found} times in {self.module}")
        return source.replace(self.old, self.new)


@cache
def every_plant() -> tuple[Plant, ...]:
    """Return the list."""
    return tuple(Plant(**each) for each in tomllib.loads(LIST.read_text("utf-8"))["plant"])


def plant(wanted: Plant) -> None:
    """Let this process import the module with the fault; it may not have imported it before."""
    if any(name == "casino" or name.startswith("casino.") for name in sys.modules):
        raise PlantError(f"{wanted.fault}: the product was imported before it was planted")
    sys.meta_path.insert(0, _Finder(wanted))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, wanted: Plant) -> None:
        self._wanted = wanted

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._wanted.module:
            return None
        loader = _Loader(fullname, str(self._wanted.path), self._wanted)
        return importlib.util.spec_from_loader(fullname, loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, wanted: Plant) -> None:
        super().__init__(fullname, path)
        self._wanted = wanted

    def get_code(self, fullname: str) -> CodeType:
        """Compile the faulty source; nothing of it is kept."""
        source = self._wanted.in_source(self._wanted.path.read_text("utf-8"))
        return compile(source, self.path, "exec", dont_inherit=True)
