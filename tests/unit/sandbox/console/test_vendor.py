"""The files of others in the console are the ones that its page names."""

import re
from hashlib import sha256

from sandbox.console.shell import FOLDER

VENDOR = FOLDER / "static" / "vendor"


def test_each_file_has_its_version_its_licence_and_its_sum() -> None:
    listed = re.findall(
        r"^\| (\S+) \| \S+ `[\w./]+` \| ([\d.]+) \| \[\w+\]\(([\w-]+)\) \| ([0-9a-f]{64}) \|$",
        (VENDOR / "README.md").read_text("utf-8").replace(", `", " `"),
        re.MULTILINE,
    )
    sums = {name: digest for name, _, _, digest in listed}
    assert sums == {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.suffix in (".js", ".css")
    }
    assert len(sums) == 2
    for name, version, licence, _ in listed:
        assert version in name
        assert (VENDOR / licence).is_file()
