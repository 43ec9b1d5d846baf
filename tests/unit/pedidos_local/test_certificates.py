"""Certificates: good for the names of this machine, kept, renewed under the same authority before they expire."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from pedidos.settings import Settings
from pedidos_local import certificates


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state")


def contents(settings: Settings) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in certificates.folder_of(settings).iterdir()}


def test_they_are_kept(settings: Settings) -> None:
    certificates.prepare(settings)
    before = contents(settings)
    certificates.prepare(settings)
    assert contents(settings) == before
    assert set(before) == {"ca.pem", "ca.key", "server.pem", "server.key"}


def test_they_are_renewed_in_time_under_the_same_authority(settings: Settings) -> None:
    certificates.prepare(settings)
    before = contents(settings)
    certificates.prepare(settings, datetime.now(UTC) + certificates.VALID - timedelta(days=20))
    after = contents(settings)
    assert after["server.pem"] != before["server.pem"]
    assert after["ca.pem"] == before["ca.pem"]


def test_they_name_this_machine_and_keep_their_keys_secret(settings: Settings) -> None:
    certificates.prepare(settings)
    folder = certificates.folder_of(settings)
    names = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes()).extensions
    wanted = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in wanted] == list(certificates.NAMES)
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("ca.key", "server.key")} == {0o600}
    ssl.create_default_context(cafile=str(folder / "ca.pem"))
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "server.pem", folder / "server.key")


@pytest.mark.parametrize("name", ["ca.pem", "ca.key", "server.pem", "server.key"])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nMII", bytes(100)])
def test_a_damaged_one_is_made_again(settings: Settings, name: str, content: bytes) -> None:
    certificates.prepare(settings)
    folder = certificates.folder_of(settings)
    authority = (folder / "ca.pem").read_bytes()
    (folder / name).write_bytes(content)
    said = certificates.prepare(settings)
    assert (said is None) == ((folder / "ca.pem").read_bytes() == authority) == name.startswith("server")
    assert certificates.prepare(settings) is None
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "server.pem", folder / "server.key")
