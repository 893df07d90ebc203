"""The benchmark runs functions as Lambda does, ends them, and notices one that moves no money."""

import json
from pathlib import Path

import pytest

from benchmarks.functions import emulator
from benchmarks.functions.emulator import FunctionFailedError
from benchmarks.functions.variants import Variant
from benchmarks.measures import correctness
from benchmarks.measures.correctness import WrongVariantError
from sandbox.processes import poll

ECHO = """
import json, os, sys

def handler(event, context):
    print(json.dumps({"trace": os.environ["_X_AMZN_TRACE_ID"]}), flush=True)
    body = {"pid": os.getpid(), "path": sys.path, "event": event, "who": os.environ["WHO"]}
    return {"statusCode": 200, "body": json.dumps(body)}
"""
GENEROUS = """
def handler(event, context):
    return {"statusCode": 200, "body": '{"balance":1000.00,"transaction_id":"t"}'}
"""


def function(folder: Path, code: str) -> Path:
    (folder / "app.py").write_text(code)
    return folder


def test_a_function_sees_its_folders_and_environment_and_nothing_of_the_project(
    tmp_path: Path,
) -> None:
    folder, layer = function(tmp_path, ECHO), tmp_path / "layer"
    with emulator.running([folder, layer], {"WHO": "me"}) as running:
        response = running.invoke({"number": 1})
    assert response["statusCode"] == 200
    body = json.loads(response["body"])
    assert (body["event"], body["who"]) == ({"number": 1}, "me")
    assert body["path"][:2] == [str(folder), str(layer)]
    assert not [path for path in body["path"] if path.endswith(".venv")]


def test_every_event_has_a_figure_and_a_trace(tmp_path: Path) -> None:
    with emulator.running([function(tmp_path, ECHO)], {"WHO": ""}) as running:
        running.invoke({})
        before_ns = running.cpu_ns()
        running.invoke({})
        assert running.init_ms > 0
        assert len(running.invoke_ms) == 2
        assert running.cpu_ns() > before_ns > 0
        assert running.peak_memory_mb() > 1
        assert len(set(running.logged())) == 2


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    with emulator.running([function(tmp_path, ECHO)], {"WHO": ""}) as running:
        pid = json.loads(running.invoke({})["body"])["pid"]
        assert Path(f"/proc/{pid}").exists()
    assert poll(lambda: not Path(f"/proc/{pid}").exists(), timeout_s=10)


def test_a_function_that_fails_says_why(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    raise LookupError('no such game')\n"
    with (
        emulator.running([function(tmp_path, code)], {}) as running,
        pytest.raises(FunctionFailedError, match="no such game"),
    ):
        running.invoke({})


def test_a_variant_that_moves_no_money_is_found_out(tmp_path: Path) -> None:
    generous = Variant("generous", "", (function(tmp_path, GENEROUS),), tmp_path)
    with pytest.raises(WrongVariantError, match="generous"):
        correctness.check([generous])
