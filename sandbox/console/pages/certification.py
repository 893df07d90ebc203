"""The certification kit against the local stack: started by a button, with its progress and report.

A run is `make certify ONLY=…` as a program of its own; its report is the kit's, served as files.
"""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

from starlette.responses import FileResponse, Response

from casino.base.errors import AdminError
from sandbox.certifying import PROTOCOLS
from sandbox.console.house import House
from sandbox.console.shell import Asked, Page
from sandbox.ministack import PROJECT

#: What starts a run; the protocol follows.
COMMAND: Final = (sys.executable, "-m", "sandbox.certifying", "--only")
#: The three forms of a report → what they are called here.
FORMS: Final = {"report.html": "report", "report.xml": "JUnit", "report.json": "JSON"}
_PROGRESS: Final = re.compile(rb"certify: (\d+) of (\d+) scenarios")
_END: Final = 4_000
#: The report brings its own styles, and is as strict about all else.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Runs:
    """The run that goes on, and the reports that are there."""

    def __init__(self, house: House) -> None:
        self._folder = house.folder / "certify"
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.protocol = ""

    def start(self, protocol: str) -> None:
        """Start a run; raises `AdminError` for another protocol, and while one goes on."""
        if protocol not in PROTOCOLS:
            raise AdminError("invalid_request", f"Protocols: {', '.join(PROTOCOLS)}.")
        with self._lock:
            if self.is_running:
                raise AdminError("certification_runs", "One run at a time: wait for its end.")
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._log(protocol).open("wb") as log:
                self.protocol = protocol  # first: `told` asks meanwhile, and reads its log
                self._process = subprocess.Popen(
                    [*COMMAND, protocol], cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""
        return self._process is not None and self._process.poll() is None

    def told(self) -> dict[str, Any]:
        """Return the last run: its protocol, how far it is, and its last words when it ended."""
        if self._process is None:
            return {}
        said = self._log(self.protocol).read_bytes()
        steps = _PROGRESS.findall(said)
        done, total = map(int, steps[-1]) if steps else (0, 0)
        code = self._process.poll()
        words = said[-_END:].decode(errors="replace")
        return {
            "protocol": self.protocol, "done": done, "total": total, "code": code, "words": words,
        }  # fmt: skip

    def reports(self) -> list[dict[str, Any]]:
        """Return what each protocol's report says; `None` where there is none."""
        return [{"protocol": name, "said": self._said(name)} for name in PROTOCOLS]

    def file(self, protocol: str, form: str) -> Path:
        """Return a form of a report; raises `AdminError` when there is none."""
        path = self._folder / protocol / form
        if protocol not in PROTOCOLS or form not in FORMS or not path.is_file():
            raise AdminError("report_not_found", "There is no such report.")
        return path

    def close(self) -> None:
        """End the run that goes on, with the kit that it started."""
        if self._process is not None and self.is_running:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait()

    def _said(self, protocol: str) -> dict[str, Any] | None:
        try:
            said: dict[str, Any] = json.loads(self.file(protocol, "report.json").read_bytes())
        except (AdminError, ValueError):  # none, or one that is being written
            return None
        return said

    def _log(self, protocol: str) -> Path:
        return self._folder / f"{protocol}.log"


def show(asked: Asked) -> Response:
    """Show the page."""
    return asked.render("certification.html", protocols=PROTOCOLS, **_told(asked))


def show_run(asked: Asked) -> Response:
    """Show how far the run is, and the reports."""
    return asked.render("_certification.html", **_told(asked))


def start(asked: Asked) -> Response:
    """Start a run."""
    _ = asked.stack  # says so when there is none
    asked.house.keep(Runs).start(asked.form.get("protocol", ""))
    return asked.go("/certification")


def show_report(asked: Asked) -> Response:
    """Give a report as the kit wrote it."""
    path = asked.house.keep(Runs).file(asked.place("protocol"), asked.place("form"))
    return FileResponse(path, headers={"Content-Security-Policy": _POLICY})


def _told(asked: Asked) -> dict[str, Any]:
    runs = asked.house.keep(Runs)
    return {"run": runs.told(), "reports": runs.reports(), "forms": FORMS}


PAGE: Final = Page(
    "Certification",
    "/certification",
    {
        "/certification": show,
        "/parts/certification": show_run,
        "/certification/{protocol}/{form}": show_report,
    },
    {"/certification": start},
)
