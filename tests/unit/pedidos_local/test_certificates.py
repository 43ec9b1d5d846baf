"""Certificates: good for the names of this machine, kept, renewed under the same authority before they expire."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from pedidos_local import certificates
from pedidos_local.settings import LocalSettings

NOT_PERMITTED = 47
"""X509_V_ERR_PERMITTED_VIOLATION of OpenSSL."""


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    return LocalSettings(state_dir=tmp_path / "state")


def contents(settings: LocalSettings) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in certificates.folder_of(settings).iterdir()}


def test_they_are_kept(settings: LocalSettings) -> None:
    certificates.prepare(settings)
    before = contents(settings)
    certificates.prepare(settings)
    assert contents(settings) == before
    assert set(before) == {"ca.pem", "ca.key", "server.pem", "server.key"}


def test_they_are_renewed_in_time_under_the_same_authority(settings: LocalSettings) -> None:
    certificates.prepare(settings)
    before = contents(settings)
    certificates.prepare(settings, datetime.now(UTC) + certificates.VALID - timedelta(days=20))
    after = contents(settings)
    assert after["server.pem"] != before["server.pem"]
    assert after["ca.pem"] == before["ca.pem"]


def test_they_name_this_machine_and_keep_their_keys_secret(settings: LocalSettings) -> None:
    certificates.prepare(settings)
    folder = certificates.folder_of(settings)
    names = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes()).extensions
    wanted = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in wanted] == list(certificates.NAMES)
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("ca.key", "server.key")} == {0o600}
    ssl.create_default_context(cafile=str(folder / "ca.pem"))
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "server.pem", folder / "server.key")


def shakes_hands(authority_file: Path, server: ssl.SSLContext, name: str) -> bool:
    """Whether a client that trusts the authority believes the server to be the one of this name."""
    client = ssl.create_default_context(cafile=str(authority_file))
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server, server_hostname=name)]
    ends.append(server.wrap_bio(to_server, to_client, server_side=True))
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                if error.verify_code != NOT_PERMITTED:
                    raise
                return False
    return True


def served(made: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("name", "believed"),
    [*[(name, True) for name in certificates.NAMES], *[(name, False) for name in ("example.com", "10.0.0.1")]],
)
def test_the_authority_vouches_for_this_machine_alone(settings: LocalSettings, name: str, believed: bool) -> None:
    certificates.prepare(settings)
    folder = certificates.folder_of(settings)
    authority = trustme.CA.from_pem((folder / "ca.pem").read_bytes(), (folder / "ca.key").read_bytes())
    assert shakes_hands(folder / "ca.pem", served(authority.issue_cert(name)), name) == believed


def test_the_authority_has_an_end_which_no_certificate_outlives(settings: LocalSettings) -> None:
    certificates.prepare(settings)
    folder = certificates.folder_of(settings)
    end = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes()).not_valid_after_utc
    assert end - datetime.now(UTC) <= certificates.AUTHORITY_VALID
    assert certificates.prepare(settings, end - timedelta(days=100)) is None
    assert x509.load_pem_x509_certificate((folder / "server.pem").read_bytes()).not_valid_after_utc == end
    said = certificates.prepare(settings, end - timedelta(days=20))
    assert said is not None
    assert "clients have to trust the new one" in said


def test_an_authority_of_an_earlier_version_is_replaced(settings: LocalSettings) -> None:
    certificates.prepare(settings)
    folder = certificates.folder_of(settings)
    unbounded = trustme.CA()
    unbounded.cert_pem.write_to_path(folder / "ca.pem")
    unbounded.private_key_pem.write_to_path(folder / "ca.key")
    said = certificates.prepare(settings)
    assert said is not None
    assert "ca.pem vouched for every name and without an end: clients have to trust the new one" in said
    assert certificates.prepare(settings) is None
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem", folder / "server.key")
    assert shakes_hands(folder / "ca.pem", server, "localhost")


@pytest.mark.parametrize("name", ["ca.pem", "ca.key", "server.pem", "server.key"])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nMII", bytes(100)])
def test_a_damaged_one_is_made_again(settings: LocalSettings, name: str, content: bytes) -> None:
    certificates.prepare(settings)
    folder = certificates.folder_of(settings)
    authority = (folder / "ca.pem").read_bytes()
    (folder / name).write_bytes(content)
    said = certificates.prepare(settings)
    assert (said is None) == ((folder / "ca.pem").read_bytes() == authority) == name.startswith("server")
    assert certificates.prepare(settings) is None
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "server.pem", folder / "server.key")
