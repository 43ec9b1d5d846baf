"""Key files: read, and refused when they are broken or others can read them."""

from pathlib import Path

import pytest

from pedidos.security.keys import BadKeys, is_exposed
from pedidos.security.tokens import TokenSigner, TokenVerifier


@pytest.mark.parametrize("content", [b"", b"not a key", b"{}"])
def test_broken_keys_are_reported(tmp_path: Path, content: bytes) -> None:
    for name, read in (("signing.pem", lambda p: TokenSigner(p, 60)), ("jwks.json", TokenVerifier)):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
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
