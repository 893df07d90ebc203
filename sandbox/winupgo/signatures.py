"""RFC 9421 as the studio signs, written a second time: each implementation tests the other."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def seal(
    key_id: str, secret_key: str, path: str, headers: Mapping[str, str], body: bytes, created: int
) -> dict[str, str]:
    """Return `headers` with the digest of the body, and the signature of them all."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    sent = {**headers, "Content-Digest": f"sha-256=:{digest}:"}
    signed = {"@method": "POST", "@path": path}
    signed |= {name.lower(): value for name, value in sent.items()}
    names = " ".join(f'"{name}"' for name in signed)
    said = f'({names});created={created};keyid="{key_id}";alg="hmac-sha256"'
    lines = [f'"{name}": {value}' for name, value in signed.items()]
    base = "\n".join([*lines, f'"@signature-params": {said}']).encode()
    mac = hmac.digest(secret_key.encode(), base, "sha256")
    signature = f"sig1=:{base64.b64encode(mac).decode()}:"
    return sent | {"Signature-Input": f"sig1={said}", "Signature": signature}
