"""`python -m builder`: build what is deployed into .aws-sam/build, and say what it weighs."""

import argparse
import sys

from builder import BuildError, package, samconfig
from builder.build import build
from builder.sam import PROJECT


def main() -> int:
    """Build for the architecture that the command line, or an environment, names."""
    parser = argparse.ArgumentParser(prog="builder", description="Build what is deployed")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--architecture", choices=["x86_64", "arm64"], default="x86_64")
    which.add_argument("--config-env", help="build for this environment of samconfig.toml")
    arguments = parser.parse_args()
    architecture = arguments.architecture
    try:
        if arguments.config_env:
            architecture = samconfig.architecture(arguments.config_env, PROJECT / "samconfig.toml")
        folder = build(architecture)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    size = package.zipped_size(package.layer_folder(folder))
    print(f"built for {architecture}: the layer weighs {size / 1e6:.1f} MB zipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
