"""The partner's signatures, written a second time: each implementation tests the other."""

import base64
import hmac
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def seal(secret_key: str, request_id: str, moment_ms: int) -> dict[str, str]:
    """Return the headers of a callback: its body has no part in them."""
    message = str(moment_ms) + request_id + secret_key
    return {
        "Content-Type": "application/json",
        "X-Request-Id": request_id,
        "X-Timestamp": str(moment_ms),
        "X-Signature": hmac.new(secret_key.encode(), message.encode(), sha256).hexdigest().upper(),
    }


def new_key() -> str:
    """Return a private key for a merchant, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, none).decode()


def public_half(private_pem: str) -> str:
    """Return what the partner gets of a merchant's key, in PEM."""
    key = serialization.load_pem_private_key(private_pem.encode(), password=None).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def merchant_signed(
    public_pem: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> bool:
    """Tell whether the merchant signed exactly this."""
    key = serialization.load_pem_public_key(public_pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("the merchant's key is an RSA key")
    said = "&".join(f"{name}={query[name]}" for name in sorted(query))
    said += headers.get("timestamp", "") + headers.get("nonce", "")
    try:
        signature = base64.b64decode(headers.get("signature", ""), validate=True)
        key.verify(signature, said.encode() + body, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
