"""The layer leaves out what only the tools use, and nothing that a function reaches."""

from collections.abc import Iterator

import grimp

from builder.tune import TOOLS_ONLY
from testing.template import PROJECT


def modules(part: str) -> Iterator[str]:
    """Yield the modules of a file or folder of the layer."""
    place = PROJECT / "layers" / "shared" / part
    assert place.exists(), part
    for file in [place] if place.is_file() else sorted(place.glob("*.py")):
        name = file.relative_to(PROJECT / "layers" / "shared").with_suffix("")
        yield ".".join(name.parts).removesuffix(".__init__")


def test_no_function_reaches_what_the_layer_leaves_out() -> None:
    graph = grimp.build_graph("casino", "functions", cache_dir=None)
    carries_all = "functions.verify_wallets.app"
    reached = set[str]().union(
        *(
            graph.find_upstream_modules(each)
            for each in graph.find_descendants("functions") - {carries_all}
        )
    )
    left_out = {name for part in TOOLS_ONLY for name in modules(part)}
    assert left_out & reached == set()
    assert "casino.wallet.store.history" in reached
    assert "casino.wallet.proof.verify" in graph.find_upstream_modules(carries_all)
