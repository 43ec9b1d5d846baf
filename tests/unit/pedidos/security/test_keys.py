"""Keys: made once, kept, and refused when others can read them."""

import os
import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pedidos.security.keys import BadKeys, ensure_keys, is_exposed, read_public_keys
from pedidos.security.tokens import TokenSigner, TokenVerifier


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure_keys(tmp_path)
    return tmp_path


def test_keys_are_made_once_and_kept(keys: Path) -> None:
    before = {file.name: file.read_bytes() for file in keys.iterdir()}
    ensure_keys(keys)
    assert {file.name: file.read_bytes() for file in keys.iterdir()} == before
    assert set(before) == {"signing.pem", "jwks.json"}
    assert stat.S_IMODE((keys / "signing.pem").stat().st_mode) == 0o600
    assert b'"d"' not in before["jwks.json"]


def test_many_processes_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ensure_keys(tmp_path), range(8)))
    signer = TokenSigner(tmp_path / "signing.pem", 60)
    verifier = TokenVerifier(tmp_path / "jwks.json")
    assert verifier.verify(signer.sign(uuid.uuid4(), "customer", None)).role == "customer"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["jwks.json", "signing.pem"]


def test_a_lost_key_set_is_made_again_from_the_private_key(keys: Path) -> None:
    before = read_public_keys(keys / "jwks.json").keys()
    (keys / "jwks.json").unlink()
    ensure_keys(keys)
    assert read_public_keys(keys / "jwks.json").keys() == before


@pytest.mark.parametrize("content", [b"", b"not a key", b"{}"])
def test_broken_keys_are_reported(tmp_path: Path, content: bytes) -> None:
    for name, read in (("signing.pem", lambda p: TokenSigner(p, 60)), ("jwks.json", TokenVerifier)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadKeys, match=name):
            read(tmp_path / name)


@pytest.mark.parametrize(
    ("owner", "mode", "exposed"),
    [
        *[(10001, mode, False) for mode in (0o600, 0o400)],
        *[(10001, mode, True) for mode in (0o640, 0o604, 0o620, 0o610)],
        *[(0, mode, False) for mode in (0o600, 0o440, 0o640)],  # mounted by an orchestrator, for a group
        *[(0, mode, True) for mode in (0o444, 0o644, 0o660, 0o750)],
        *[(10002, mode, True) for mode in (0o600, 0o400, 0o440)],
    ],
)
def test_a_private_key_is_its_users_or_roots(owner: int, mode: int, exposed: bool) -> None:
    assert is_exposed(owner, mode, user=10001) == exposed


def test_a_private_key_that_others_can_read_is_refused(keys: Path) -> None:
    (keys / "signing.pem").chmod(0o644)
    for use in (ensure_keys, lambda folder: TokenSigner(folder / "signing.pem", 60)):
        with pytest.raises(BadKeys, match=r"has mode 0644\. Run `chown [0-9]+ .*/signing\.pem` and `chmod 600 "):
            use(keys)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_private_key_of_another_user_is_refused(keys: Path) -> None:
    os.chown(keys / "signing.pem", 10002, -1)
    with pytest.raises(BadKeys, match="it belongs to user 10002"):
        ensure_keys(keys)
