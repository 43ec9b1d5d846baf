"""A certificate authority for the servers of these tests, and certificates in the forms that they take."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """chain: the certificate, and those above it. both: key and chain in one file."""

    chain: Path
    key: Path
    both: Path


class Authority:
    """Every file in its folder can be read by the users that servers run as: nothing of this outlives the tests."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self._folder = folder
        self._authority = trustme.CA()
        self.file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.file))
        self.file.chmod(0o644)

    def server(self, *names: str) -> Certificate:
        """For a server of these names; without any, for this machine."""
        return self._write(f"server-{'-'.join(names) or 'localhost'}", *(names or ("localhost", "127.0.0.1")))

    def client(self, name: str) -> Certificate:
        """For a client that a server calls by this name."""
        return self._write(f"client-{name}", f"{name.replace('_', '-')}.clients.example", common_name=name)

    def _write(self, file: str, *names: str, common_name: str | None = None) -> Certificate:
        made = self._authority.issue_cert(*names, common_name=common_name)
        key = load_pem_private_key(made.private_key_pem.bytes(), password=None)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = b"".join(each.bytes() for each in made.cert_chain_pems)
        paths = Certificate(*(self._folder / f"{file}.{kind}.pem" for kind in ("chain", "key", "both")))
        for path, content in ((paths.chain, chain), (paths.key, pem), (paths.both, pem + chain)):
            path.write_bytes(content)
            path.chmod(0o644)
        return paths
