"""Signs a report so that it can be handed over, and verifies one that was.

The seal is a file of its own: the SHA-256 of every form of the report, signed. The kind of the key
says how, never the seal: a PEM is Ed25519, anything else the secret of an HMAC.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

SEAL: Final = "report.seal.json"
_SHORTEST: Final = 16


class SealError(ValueError):
    """A key cannot be used, or a report is not what was signed."""


def check(key: Path) -> None:
    """Raise `SealError` for a key that cannot sign."""
    _signed(_key(key), b"")


def sign(folder: Path, names: Iterable[str], key: Path) -> None:
    """Write the seal beside the report; raises `SealError` for a key that cannot sign."""
    said = {
        "format": "certify-seal-1",
        "signed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": {name: _digest(folder / name) for name in sorted(names)},
    }
    said["signature"] = base64.b64encode(_signed(_key(key), _bytes(said))).decode()
    (folder / SEAL).write_text(json.dumps(said, indent=1) + "\n", "utf-8")


def verify(folder: Path, names: Iterable[str], key: Path) -> str:
    """Return when the report was signed; raises `SealError` when it is not what was signed."""
    try:
        said: dict[str, Any] = json.loads((folder / SEAL).read_text("utf-8"))
        signature = base64.b64decode(said.pop("signature"), validate=True)
        files, signed_at = dict(said["files"]), str(said["signed_at"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SealError(f"{folder / SEAL} is no seal: {error}") from error
    if not _matches(_key(key), _bytes(said), signature):
        raise SealError("the seal was not made with this key, or was changed")
    if files.keys() != set(names):
        raise SealError("the seal is not of all forms of the report")
    for name, digest in files.items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise SealError(f"{name} is not the file that was signed")
    return signed_at


def _bytes(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _key(path: Path) -> Any:
    """Return an Ed25519 key, private or public, or the bytes of a secret."""
    try:
        content = path.read_bytes().strip()
    except OSError as error:
        raise SealError(str(error)) from error
    if not content.startswith(b"-----BEGIN"):
        if _is_key(content):
            raise SealError(f"{path} is a key in a form other than PEM, and no secret")
        if len(content) < _SHORTEST:
            raise SealError(f"{path}: a secret has at least {_SHORTEST} bytes")
        return content
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    try:
        key: Any
        if b"PRIVATE" in content.splitlines()[0]:
            key = serialization.load_pem_private_key(content, None)
        else:
            key = serialization.load_pem_public_key(content)
    except (ValueError, TypeError) as error:
        raise SealError(f"{path}: {error}") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
        raise SealError(f"{path} is no key of Ed25519")
    return key


def _is_key(content: bytes) -> bool:
    """Return whether it is a key all the same: with a public one as secret anybody could sign."""
    ed25519_in_der = b"\x06\x03\x2b\x65\x70"
    words = (b"-----BEGIN", b"ssh-", b"-sha2-", b"PuTTY-User-Key-File", b'"kty"', ed25519_in_der)
    return any(word in content for word in words)


def _signed(key: Any, content: bytes) -> bytes:
    if isinstance(key, bytes):
        return hmac.digest(key, content, "sha256")
    if not hasattr(key, "sign"):
        raise SealError("a public key cannot sign")
    return bytes(key.sign(content))


def _matches(key: Any, content: bytes, signature: bytes) -> bool:
    if isinstance(key, bytes):
        return hmac.compare_digest(hmac.digest(key, content, "sha256"), signature)
    from cryptography.exceptions import InvalidSignature

    public = key.public_key() if hasattr(key, "public_key") else key
    try:
        public.verify(signature, content)
    except InvalidSignature:
        return False
    return True
