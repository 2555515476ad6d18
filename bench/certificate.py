"""The certificate of the stand-in for TalentLMS, made for one run, and the authority that signs it."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bench.ports import HOST

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """Files of one run.

    Attributes:
        authority: the authority alone, PEM; what ``GATEWAY_CA_FILE`` names.
        bundle: the authority after those that ``requests`` trusts by itself, PEM; what a script without a gateway
            loads, in the size that it has on every machine.
        chain: the server's certificate, PEM.
        key: its private key, PEM.
    """

    authority: Path
    bundle: Path
    chain: Path
    key: Path


def make(directory: Path) -> Certificate:
    """Write a new authority and a certificate of it for the loopback address, P-256, good for a day."""
    files = Certificate(*(directory / name for name in ("ca.pem", "bundle.pem", "server.pem", "server.key")))
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of one benchmark")])
    authority = _signed(_authority(name), authority_key, authority_key, name)
    server = _signed(_server(), server_key, authority_key, name)
    pem = authority.public_bytes(Encoding.PEM)
    files.authority.write_bytes(pem)
    files.bundle.write_bytes(Path(certifi.where()).read_bytes() + pem)
    files.chain.write_bytes(server.public_bytes(Encoding.PEM))
    files.key.write_bytes(server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def _authority(name: x509.Name) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder().subject_name(name)
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
        usage, critical=True
    )


def _server() -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    return x509.CertificateBuilder().subject_name(subject).add_extension(address, critical=False)


def _signed(
    builder: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
) -> x509.Certificate:
    now = datetime.now(UTC)
    whole = (
        builder.issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return whole.sign(by, SHA256())
