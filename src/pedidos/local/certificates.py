"""A certificate authority of this platform alone, and the server certificate that it signs for the edge.

The authority is kept, so that a client which trusts it does so after every renewal; only the owner can read its key.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509

from pedidos.settings import Settings

NAMES = ("localhost", "127.0.0.1", "::1")
ORGANIZATION = "pedidos on this machine"
VALID = timedelta(days=397)  # macOS refuses certificates that live much longer
RENEW_BEFORE = timedelta(days=30)


def prepare(settings: Settings, now: datetime | None = None) -> None:
    """Makes what is missing or expires within 30 days: ca.pem, ca.key, server.pem, server.key."""
    now = now or datetime.now(UTC)
    folder = folder_of(settings)
    folder.mkdir(parents=True, exist_ok=True)
    authority_file, key_file = folder / "ca.pem", folder / "ca.key"
    if _is_good(authority_file, now) and key_file.exists():
        authority = trustme.CA.from_pem(authority_file.read_bytes(), key_file.read_bytes())
        if _is_good(folder / "server.pem", now) and (folder / "server.key").exists():
            return
    else:
        authority = trustme.CA(organization_name=ORGANIZATION)
        _write(key_file, authority.private_key_pem.bytes(), 0o600)
        _write(authority_file, authority.cert_pem.bytes(), 0o644)
    made = authority.issue_cert(*NAMES, organization_name=ORGANIZATION, not_after=now + VALID)
    _write(folder / "server.key", made.private_key_pem.bytes(), 0o600)
    _write(folder / "server.pem", b"".join(pem.bytes() for pem in made.cert_chain_pems), 0o644)


def folder_of(settings: Settings) -> Path:
    """Where the four files are."""
    return settings.state_dir.expanduser().resolve() / "certificates"


def _is_good(certificate: Path, now: datetime) -> bool:
    if not certificate.exists():
        return False
    parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
    return parsed.not_valid_before_utc <= now < parsed.not_valid_after_utc - RENEW_BEFORE


def _write(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
