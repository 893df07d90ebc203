"""`python -m builder`: build into .aws-sam/build, and with `--deploy` bring it to AWS."""

import argparse
import sys

from builder import BuildError, package
from builder.build import build
from builder.deploy import deploy


def main() -> int:
    """Do what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="builder", description="Build what is deployed")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--architecture", choices=["x86_64", "arm64"], default="x86_64")
    what.add_argument("--deploy", metavar="ENV", help="deploy this environment of samconfig.toml")
    arguments = parser.parse_args()
    try:
        if arguments.deploy:
            deploy(arguments.deploy, interactive=True)
            return 0
        folder = build(arguments.architecture)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    sizes = {
        layer.parent.name: package.zipped_size(layer) for layer in package.layer_folders(folder)
    }
    weighs = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sizes.items())
    print(f"built for {arguments.architecture}; zipped: {weighs}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
