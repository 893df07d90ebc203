"""The report as JUnit XML: a suite for each group of ids, a case for each scenario."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET


def render(said: Mapping[str, Any]) -> str:
    """Return the XML."""
    root = ET.Element("testsuites", name=f"certify {said['dialect']}")
    for group, found in groupby(said["scenarios"], key=lambda row: row["id"].rpartition("-")[0]):
        rows = list(found)
        suite = ET.SubElement(
            root, "testsuite", name=group, timestamp=said["started"].rstrip("Z"),
            tests=str(len(rows)), errors="0",
            failures=str(sum(row["verdict"] == "failed" for row in rows)),
            skipped=str(sum(row["verdict"] == "skipped" for row in rows)),
            time=f"{sum(row['seconds'] for row in rows):.3f}",
        )  # fmt: skip
        for row in rows:
            _case(suite, row, said["dialect"])
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _case(suite: ET.Element, row: Mapping[str, Any], dialect: str) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=f"certify.{dialect}.{row['tags'][0]}",
        name=f"{row['id']} {row['title']}", time=f"{row['seconds']:.3f}",
    )  # fmt: skip
    if row["verdict"] == "failed":
        failure = ET.SubElement(case, "failure", type=row["severity"])
        failure.set("message", _clean(row["faults"][0]))
        failure.text = _clean("\n".join([*row["faults"], f"what to do: {row['remedy']}"]))
    if row["verdict"] == "skipped":
        ET.SubElement(case, "skipped", message=_clean(row["observed"]))
    traces = [f"{e['at']} {e['trace_id']} {e['status']}" for e in row["exchanges"]]
    told = [row["observed"]] if row["verdict"] == "observed" else []
    ET.SubElement(case, "system-out").text = _clean("\n".join([*told, *traces]))


def _clean(text: str) -> str:
    """Return it without what XML cannot hold."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
