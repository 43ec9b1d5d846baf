"""The certificate of the demo's mail server."""

import ssl
from pathlib import Path

import pytest

from pedidos_local.postbox.certificate import tls


def test_it_is_made_once(tmp_path: Path) -> None:
    tls(tmp_path / "ca.pem")
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made.keys() == {"ca.pem", "server.pem"}
    tls(tmp_path / "ca.pem")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == made


@pytest.mark.parametrize("name", ["ca.pem", "server.pem"])
@pytest.mark.parametrize("content", [b"", bytes(range(256)), b"-----BEGIN CERTIFICATE-----\nMII"])
def test_a_damaged_one_is_made_again(tmp_path: Path, name: str, content: bytes) -> None:
    tls(tmp_path / "ca.pem")
    (tmp_path / name).write_bytes(content)
    tls(tmp_path / "ca.pem")
    ssl.create_default_context(cafile=tmp_path / "ca.pem")
    assert (tmp_path / name).read_bytes() != content
