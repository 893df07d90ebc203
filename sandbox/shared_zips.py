"""Starts MiniStack so that the environments of its functions share what they unpack.

MiniStack's own interpreter runs this file, so it imports nothing of the project. On its own
MiniStack unpacks the code and every layer again for each environment: 1,400 files and as much time
as the start itself. On Lambda both are read-only, so nothing tells a shared copy from an own one.
"""

import runpy
import zipfile
from hashlib import file_digest
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import Any, Final

#: How the name of a folder begins that MiniStack makes for an environment.
ENVIRONMENT: Final = "ministack-lambda-"
_TURN: Final = Lock()


class SharedZip(zipfile.ZipFile):
    """A ZIP file that is unpacked once for all environments, and linked to from each."""

    def extractall(self, path: str | PathLike[str] | None = None, *more: Any, **named: Any) -> None:
        place = Path(path or ".")
        if not place.parent.name.startswith(ENVIRONMENT):
            super().extractall(path, *more, **named)
            return
        with Path(str(self.filename)).open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        shared = place.parent.with_name(f"shared-{digest}")
        with _TURN:
            if not shared.exists():
                unfinished = shared.with_suffix(".part")
                super().extractall(unfinished)
                unfinished.rename(shared)
        place.rmdir()
        place.symlink_to(shared, target_is_directory=True)


if __name__ == "__main__":
    zipfile.ZipFile = SharedZip  # type: ignore[misc]
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)
