"""A certificate authority for this platform only, and the edge's server certificate, which it signs.

The authority is kept, so that a client that trusts it continues to do so after every renewal. Only the owner can read
its key. It is valid only for this machine's names and only for some years: a thief of its key cannot impersonate any
other server to the clients that trust it.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pedidos_local.settings import LocalSettings

NAMES = ("localhost", "127.0.0.1", "::1")
ORGANIZATION = "pedidos on this machine"
VALID = timedelta(days=397)  # macOS rejects server certificates with a much longer validity
AUTHORITY_VALID = timedelta(days=3 * 365)
RENEW_BEFORE = timedelta(days=30)

VOUCHED_FOR = x509.NameConstraints(
    permitted_subtrees=[
        x509.DNSName("localhost"),
        x509.IPAddress(ip_network("127.0.0.1/32")),
        x509.IPAddress(ip_network("::1/128")),
    ],
    excluded_subtrees=None,
)
"""The names for which the authority can sign certificates (RFC 5280, 4.2.1.10)."""

NOT_SIGNING = dict.fromkeys(
    ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
    False,  # a value, not an argument
)


def prepare(settings: LocalSettings, now: datetime | None = None) -> str | None:
    """Creates what is missing, damaged, or expires within 30 days: ca.pem, ca.key, server.pem, server.key.

    Returns what clients have to know: that there is a new authority.
    """
    now = now or datetime.now(UTC)
    folder = folder_of(settings)
    folder.mkdir(parents=True, exist_ok=True)
    authority_file, key_file = folder / "ca.pem", folder / "ca.key"
    replaced = None
    if not _are_good(authority_file, key_file, now):
        if authority_file.exists():
            replaced = f"{authority_file} had expired or was damaged: clients have to trust the new one"
        _make_authority(authority_file, key_file, now)
    elif not _is_bounded(authority_file):
        replaced = f"{authority_file} vouched for every name and without an end: clients have to trust the new one"
        _make_authority(authority_file, key_file, now)
    elif _are_good(folder / "server.pem", folder / "server.key", now, authority_file):
        return None
    end = min(now + VALID, _certificate(authority_file).not_valid_after_utc)
    authority = trustme.CA.from_pem(authority_file.read_bytes(), key_file.read_bytes())
    made = authority.issue_cert(*NAMES, organization_name=ORGANIZATION, not_after=end)
    _write(folder / "server.key", made.private_key_pem.bytes(), 0o600)
    _write(folder / "server.pem", b"".join(pem.bytes() for pem in made.cert_chain_pems), 0o644)
    return replaced


def folder_of(settings: LocalSettings) -> Path:
    """The folder of the four files."""
    return settings.state_dir.expanduser().resolve() / "certificates"


def _make_authority(certificate_file: Path, key_file: Path, now: datetime) -> None:
    # Not with trustme, whose authorities are valid for all names and do not expire.
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed_by_itself(key, now, _extensions(key.public_key()))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(key_file, pem, 0o600)
    _write(certificate_file, made.public_bytes(Encoding.PEM), 0o644)


def _extensions(key: ec.EllipticCurvePublicKey) -> Iterable[tuple[x509.ExtensionType, bool]]:
    """Each extension with whether it is critical: a client that does not understand a critical extension must reject
    the authority."""
    yield x509.BasicConstraints(ca=True, path_length=0), True
    yield x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **NOT_SIGNING), True
    yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False
    yield VOUCHED_FOR, True
    yield x509.SubjectKeyIdentifier.from_public_key(key), False


def _signed_by_itself(
    key: ec.EllipticCurvePrivateKey, now: datetime, extensions: Iterable[tuple[x509.ExtensionType, bool]]
) -> x509.Certificate:
    serial = x509.random_serial_number()
    # Two authorities with the same name and different keys confuse clients that trust both.
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"authority {serial:x}"[:64])
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION), unit])
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + AUTHORITY_VALID)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, SHA256())


def _is_bounded(authority_file: Path) -> bool:
    """Whether the authority is valid only for our names, and not for longer than we allow. The authorities of earlier
    versions were valid for all names, without an end."""
    authority = _certificate(authority_file)
    try:
        constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return False
    life = authority.not_valid_after_utc - authority.not_valid_before_utc
    return constraints == VOUCHED_FOR and life <= AUTHORITY_VALID + timedelta(days=1)


def _are_good(certificate_file: Path, key_file: Path, now: datetime, issuer_file: Path | None = None) -> bool:
    """Whether certificate and key are complete, belong together and stay valid for a while. issuer_file: the authority
    that must have signed the certificate."""
    try:
        certificate = _certificate(certificate_file)
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if issuer_file is not None:
            certificate.verify_directly_issued_by(_certificate(issuer_file))
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    valid = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE
    return valid and key.public_key() == certificate.public_key()


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _write(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
