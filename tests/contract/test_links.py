"""Documents lead somewhere: every link, every path and every module that they name exists."""

import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CASINO = PROJECT / "layers" / "shared" / "casino"
FOLDERS = sorted(path.name for path in PROJECT.glob("[a-z]*/") if path.name != "build")
#: The text of docs/capacity.md, whose links lead from there.
TEMPLATE = PROJECT / "benchmarks" / "capacity.md"
PAGES = sorted(
    {*PROJECT.glob("*.md"), *(p for f in FOLDERS for p in (PROJECT / f).rglob("*.md"))} - {TEMPLATE}
)

LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./*-]*)`")
FILE = re.compile(r"`([a-z][\w-]*/[\w./-]*\.(?:py|md|toml|yaml|svg|txt))`")
MODULE = re.compile(r"`(casino(?:\.\w+)+)`")
PAGE = re.compile(r"(?<![\w/])docs/[\w/-]+\.\w+")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def _slugs(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    titles = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def _dead(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    for link, anchor in LINK.findall(text):
        target = (page.parent / link) if link else page
        if not target.exists() or (anchor and anchor not in _slugs(target)):
            yield f"link {link}#{anchor}"
    for path in PATH.findall(text):
        if not any(PROJECT.glob(path.rstrip("/"))):
            yield f"path {path}"
    for path in FILE.findall(text):
        if not any((place / path).exists() for place in (PROJECT, CASINO, page.parent)):
            yield f"file {path}"
    for name in MODULE.findall(text):
        try:
            resolve_name(name)
        except (ImportError, AttributeError):
            yield f"module {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_a_page_names_only_what_exists(page: Path) -> None:
    assert not list(_dead(page))


def test_code_names_only_pages_that_exist() -> None:
    files = [PROJECT / "template.yaml", *(p for f in FOLDERS for p in (PROJECT / f).rglob("*.py"))]
    named = [(file, page) for file in files for page in PAGE.findall(file.read_text("utf-8"))]
    assert not [each for each in named if not (PROJECT / each[1]).exists()]


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    links, names = (
        "[a](b.md) [c](#there) [d](#here)",
        "`tests/no/` `wallet/no.py` `casino.no.at_all`",
    )
    page.write_text(f"# Here\n{links} {names}")
    assert len(list(_dead(page))) == 5
