"""A certificate authority for one run, so that TLS is what it is with AWS and nobody else's."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sandbox.processes import LOOPBACK


def make_authority(folder: Path) -> Path:
    """Write `ca.pem`, the root to trust; return the file with the server's chain and key.

    Keys as AWS has them: RSA with 2048 bits. The certificates are good for a day.
    """
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in "ab")
    root = _certificate("Benchmark root", root_key, root_key)
    (folder / "ca.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    server = folder / "server.pem"
    server.write_bytes(
        _certificate(LOOPBACK, key, root_key).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return server


def _certificate(name: str, key: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey) -> x509.Certificate:
    """Return the root's certificate when the key signs itself, else a server's from the root."""
    root, now = key is signer, datetime.datetime.now(datetime.UTC)
    # For signatures and the exchange of keys, or for signing certificates and revocations.
    usage = x509.KeyUsage(not root, False, not root, False, False, root, root, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named("Benchmark root"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), True)
        .add_extension(usage, True)
    )
    if root:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return builder.add_extension(identifier, False).sign(signer, hashes.SHA256())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
    builder = builder.add_extension(issuer, False).add_extension(address, False)
    return builder.sign(signer, hashes.SHA256())


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
