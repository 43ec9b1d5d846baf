"""The authority that is to be trusted."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from pedidos.sentence import Sentence
from pedidos.settings.base import Invalid

LABEL = "pedidos on this machine"
"""How the names of our entries begin, in every store."""


@dataclass(frozen=True, slots=True)
class Authority:
    """file: its certificate, PEM. fingerprint: SHA-256 of the certificate, hexadecimal. end: when it expires."""

    file: Path
    fingerprint: str
    end: datetime

    @classmethod
    def read(cls, file: Path) -> "Authority":
        """Raises Invalid if the file is missing or contains no certificate."""
        try:
            certificate = x509.load_pem_x509_certificate(file.read_bytes())
        except (OSError, ValueError) as error:
            raise Invalid(
                Sentence("{file} is no certificate ({reason}). `pedidos up` creates it.", file=file, reason=error)
            ) from error
        return cls(file, certificate.fingerprint(SHA256()).hex(), certificate.not_valid_after_utc)

    @property
    def name(self) -> str:
        """The name of its entry. Two platforms on one machine have two."""
        return f"{LABEL} {self.fingerprint[:16]}"

    def days_left(self) -> int:
        return (self.end - datetime.now(UTC)).days
