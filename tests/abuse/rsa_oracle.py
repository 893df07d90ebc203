"""The RSA family against the openssl command line, on 10,000 random requests, in both directions.

openssl takes one message at a time, so this belongs to `make abuse`; CI does a few hundred, and all
10,000 against RFC 8017 as it is written.
"""

import argparse
import base64
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from casino.dialects.registry import family
from testing.signatures import Signed, openssl
from tests.abuse import seeded_rsa
from tests.abuse.requests import a_request

PIECE = 250


def text_of(request: Signed) -> bytes:
    """Return the string to sign, put together as the guide says."""
    pairs = sorted(filter(None, request.query.split("&")), key=lambda p: p.split("=")[0])
    timestamp, nonce = request.headers["timestamp"][0], request.headers["nonce"][0]
    return "&".join(pairs).encode() + timestamp.encode() + nonce.encode() + request.body


def agree(piece: int, count: int = PIECE) -> int:
    """Compare `count` requests; return on how many both agreed."""
    rng, agreed = random.Random(f"openssl/{piece}"), 0
    with tempfile.TemporaryDirectory() as folder:
        private, public = Path(folder, "private.pem"), Path(folder, "public.pem")
        private.write_text(seeded_rsa.pem("current"))
        public.write_bytes(openssl("rsa", "-in", str(private), "-pubout"))
        for _ in range(count):
            request = a_request("igv-merchant", rng, "current")
            theirs = openssl("dgst", "-sha256", "-sign", str(private), given=text_of(request))
            value = base64.b64encode(theirs).decode()
            ours = base64.b64decode(request.headers["signature"][0])
            agreed += (
                request.with_header("signature", value).verify() == "current"
                and _accepts(public, text_of(request), ours, Path(folder, "signature"))
                and not _accepts(public, text_of(request) + b" ", ours, Path(folder, "signature"))
            )
    return agreed


def _accepts(public: Path, text: bytes, signature: bytes, file: Path) -> bool:
    file.write_bytes(signature)
    command = ["openssl", "dgst", "-sha256", "-verify", str(public), "-signature", str(file)]
    return subprocess.run(command, input=text, capture_output=True, check=False).returncode == 0


def main() -> int:
    """Run the comparison; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    pieces = -(-parser.parse_args().requests // PIECE)
    family("igv-merchant")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        agreed = sum(pool.map(agree, range(pieces), repeat(PIECE)))
    sys.stdout.write(f"igv-merchant: openssl agrees on {agreed} of {pieces * PIECE} requests\n")
    return int(agreed != pieces * PIECE)


if __name__ == "__main__":
    sys.exit(main())
