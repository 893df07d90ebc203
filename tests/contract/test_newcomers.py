"""What somebody who is new to the project looks for is there."""

import re

import pytest
import yaml

from testing.command_line import EVERY_VERB
from testing.template import PROJECT

SPELLED_OUT = re.compile(r"iGaming\s+Standard\s+Protocol")
PICTURE = re.compile(r"^!\[([^\]]+)\]\(([^)]+)\)$", re.MULTILINE)


def text(path: str) -> str:
    return (PROJECT / path).read_text("utf-8")


@pytest.mark.parametrize(
    "page",
    ["README.md", "docs/certification.md", "docs/signing.md", "docs/architecture.md",
     "examples/README.md", "openapi/wallet-hooks.yaml"],
)  # fmt: skip
def test_n12_a_page_that_is_read_first_spells_igsp_out_and_links_it(page: str) -> None:
    said = text(page)
    spelled_out = SPELLED_OUT.search(said)
    assert spelled_out is not None
    assert abs(spelled_out.start() - said.index("iGSP")) < 60
    assert "https://github.com/ivial98/igsp" in said


def test_n12_the_readme_shows_a_diagram_and_a_game() -> None:
    pictures = {path: words for words, path in PICTURE.findall(text("README.md"))}
    assert all(words.count(" ") > 2 for words in pictures.values())
    assert pictures.keys() >= {"docs/bet.svg", "docs/game.png"}
    assert text("docs/bet.svg").startswith("<svg")
    assert (PROJECT / "docs" / "game.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_n12_ci_runs_what_a_developer_runs() -> None:
    [job] = yaml.safe_load(text(".github/workflows/check.yml"))["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make check"]
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)
    assert "make check" in text(".ci/run").splitlines()


def test_n12_the_readme_leads_to_whom_a_weakness_is_told() -> None:
    assert "(SECURITY.md)" in text("README.md")
    assert "in private" in text("SECURITY.md")


def test_n12_the_rights_of_every_verb_of_ops_are_listed() -> None:
    page = text("docs/deployment.md")
    table = page[page.index("## What an operator may do") :]
    listed = set()
    for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        noun = ""
        for name in re.findall(r"`([\w -]+)`", cell):
            # A row names its noun once: `player block`, `unblock`.
            noun = name.split(" ")[0] if " " in name else noun
            listed |= {name, f"{noun} {name}"}
    assert {" ".join(verb) for verb in EVERY_VERB} - listed == set()
