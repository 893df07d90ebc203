"""Sentences that a reader stumbled over do not come back."""

from pathlib import Path

from testing.template import PROJECT

#: What stood where once.
ODD = (
    "how much of the peer's figure",
    "was not to be told",
    "and names each fault",
    "name each fault, and exit 1",
    "The latest so many.",
    "What it shall be.",
    "How the integration is called.",
    "its keys are no keys now",
    "An address is nobody's name",
    "takes none for staged",
    "goes on at its checkpoint",
)


def test_n15_odd_sentences_are_gone() -> None:
    roots = (
        "README.md",
        "benchmarks",
        "docs",
        "layers",
        "openapi",
        "ops",
        "sandbox",
        "template.yaml",
    )
    paths = [path for root in roots for path in (PROJECT / root, *(PROJECT / root).rglob("*"))]
    readable = [path for path in paths if path.suffix in (".md", ".py", ".yaml") and path.is_file()]
    assert len(readable) > 300

    def odd(path: Path) -> list[str]:
        said = " ".join(path.read_text("utf-8").split())
        return [f"{path.name}: {sentence}" for sentence in ODD if sentence in said]

    assert [found for path in readable for found in odd(path)] == []
