"""A certificate authority of this platform alone, and the server certificate that it signs for the edge.

The authority is kept, so that a client which trusts it does so after every renewal; only the owner can read its key.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pedidos.settings import Settings

NAMES = ("localhost", "127.0.0.1", "::1")
ORGANIZATION = "pedidos on this machine"
VALID = timedelta(days=397)  # macOS refuses certificates that live much longer
RENEW_BEFORE = timedelta(days=30)


def prepare(settings: Settings, now: datetime | None = None) -> str | None:
    """Makes what is missing, damaged, or expires within 30 days: ca.pem, ca.key, server.pem, server.key.

    Returns what clients have to know: that the authority is another one.
    """
    now = now or datetime.now(UTC)
    folder = folder_of(settings)
    folder.mkdir(parents=True, exist_ok=True)
    authority_file, key_file = folder / "ca.pem", folder / "ca.key"
    replaced = None
    if _are_good(authority_file, key_file, now):
        authority = trustme.CA.from_pem(authority_file.read_bytes(), key_file.read_bytes())
        if _are_good(folder / "server.pem", folder / "server.key", now, authority_file):
            return None
    else:
        if authority_file.exists():
            replaced = f"{authority_file} had expired or was damaged: clients have to trust the new one"
        authority = trustme.CA(organization_name=ORGANIZATION)
        _write(key_file, authority.private_key_pem.bytes(), 0o600)
        _write(authority_file, authority.cert_pem.bytes(), 0o644)
    made = authority.issue_cert(*NAMES, organization_name=ORGANIZATION, not_after=now + VALID)
    _write(folder / "server.key", made.private_key_pem.bytes(), 0o600)
    _write(folder / "server.pem", b"".join(pem.bytes() for pem in made.cert_chain_pems), 0o644)
    return replaced


def folder_of(settings: Settings) -> Path:
    """Where the four files are."""
    return settings.state_dir.expanduser().resolve() / "certificates"


def _are_good(certificate_file: Path, key_file: Path, now: datetime, issuer_file: Path | None = None) -> bool:
    """Whether the two are whole and belong together, for a while yet; issuer_file: who must have signed it."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if issuer_file is not None:
            certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(issuer_file.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    valid = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE
    return valid and key.public_key() == certificate.public_key()


def _write(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
