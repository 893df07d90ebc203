"""Prints the capacity page for one's own prices and quotas.

.venv/bin/python -m benchmarks.cost [--prices my.toml] [--quotas my-quotas.toml]
"""

import argparse
import sys
from pathlib import Path

from benchmarks.cost.capacity_page import page
from benchmarks.cost.parameters import PRICES, QUOTAS, prices, quotas
from benchmarks.figures.results import LATEST, read


def main() -> int:
    """Print the page for these prices and quotas; the committed one is for the example prices."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--prices", type=Path, default=PRICES)
    parser.add_argument("--quotas", type=Path, default=QUOTAS)
    parser.add_argument("--results", type=Path, default=LATEST)
    options = parser.parse_args()
    run = read(options.results)
    print(page(run, prices(options.prices), quotas(options.quotas)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
