"""Whom the hooks' own client trusts, and what it tells anybody else: nothing."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from botocore.exceptions import (
    SSLError,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from benchmarks.aws.authority import make_authority
from tests.integration.aws.lean_client import PUT, client_at
from tests.integration.aws.scripted_server import LOOPBACK, Server, answering, scripted


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ca.pem`, and the certificate of 127.0.0.1 that it vouches for."""
    folder = tmp_path_factory.mktemp("authority")
    make_authority(folder)
    return folder


@pytest.fixture
def secure(authority: Path) -> Iterator[Server]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(authority / "server.pem")
    with scripted(answering(2), answering(1), tls=tls) as server:
        yield server


def test_a_server_that_the_bundle_vouches_for_is_trusted(secure: Server, authority: Path) -> None:
    client = client_at(f"https://{LOOPBACK}:{secure.port}", str(authority / "ca.pem"))
    for _ in range(2):
        client.transact_write_items(**PUT)
    assert (secure.connections, len(secure.requests)) == (1, 2)


def test_a_server_that_the_bundle_does_not_know_is_told_nothing(
    secure: Server, tmp_path: Path
) -> None:
    make_authority(tmp_path)
    client = client_at(f"https://{LOOPBACK}:{secure.port}", str(tmp_path / "ca.pem"))
    with pytest.raises(SSLError):
        client.transact_write_items(**PUT)
    assert secure.requests == []


def test_a_private_authority_without_key_identifiers_is_trusted_as_by_botocore(
    tmp_path: Path,
) -> None:
    root, leaf = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))])
    authority = _certificate("proxy", root, x509.BasicConstraints(ca=True, path_length=None), root)
    served = _certificate("server", leaf, address, root)
    (tmp_path / "ca.pem").write_bytes(authority)
    private = leaf.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "server.pem").write_bytes(served + private)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "server.pem")
    with scripted(answering(1), tls=tls) as server:
        client = client_at(f"https://{LOOPBACK}:{server.port}", str(tmp_path / "ca.pem"))
        client.transact_write_items(**PUT)
        assert len(server.requests) == 1


def _certificate(
    name: str, key: rsa.RSAPrivateKey, extension: x509.ExtensionType, signer: rsa.RSAPrivateKey
) -> bytes:
    """Return a certificate, in PEM, that "proxy" signed."""
    now = datetime.now(UTC)
    subject, issuer = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, "proxy")
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(extension, critical=False)
        .sign(signer, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def test_a_server_of_another_name_is_told_nothing(secure: Server, authority: Path) -> None:
    client = client_at(f"https://localhost:{secure.port}", str(authority / "ca.pem"))
    with pytest.raises(SSLError):
        client.transact_write_items(**PUT)
    assert secure.requests == []


def test_a_bundle_that_is_none_is_found_at_once(tmp_path: Path) -> None:
    for bundle in (tmp_path / "missing.pem", Path(__file__)):
        with pytest.raises(OSError, match=r"No such file|NO_CERTIFICATE"):
            client_at("https://a.example", str(bundle))
