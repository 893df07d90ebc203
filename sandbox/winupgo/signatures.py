"""RFC 9421 as the studio signs, written a second time: each implementation tests the other."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def seal(
    key_id: str,
    secret_key: str | Ed25519PrivateKey,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    created: int,
) -> dict[str, str]:
    """Return `headers` with the digest of the body, and the signature of them all."""
    algorithm = "hmac-sha256" if isinstance(secret_key, str) else "ed25519"
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    sent = {**headers, "Content-Digest": f"sha-256=:{digest}:"}
    signed = {"@method": "POST", "@path": path}
    signed |= {name.lower(): value for name, value in sent.items()}
    names = " ".join(f'"{name}"' for name in signed)
    said = f'({names});created={created};keyid="{key_id}";alg="{algorithm}"'
    lines = [f'"{name}": {value}' for name, value in signed.items()]
    base = "\n".join([*lines, f'"@signature-params": {said}']).encode()
    if isinstance(secret_key, str):
        raw = hmac.digest(secret_key.encode(), base, "sha256")
    else:
        raw = secret_key.sign(base)
    signature = f"sig1=:{base64.b64encode(raw).decode()}:"
    return sent | {"Signature-Input": f"sig1={said}", "Signature": signature}
