"""Access tokens: checked once, remembered within bounds."""

import time
import uuid
from pathlib import Path

import jwt
import pytest

from pedidos.security import tokens
from pedidos.security.rotation import ensure_keys
from pedidos.security.tokens import InvalidToken, TokenSigner, TokenVerifier


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure_keys(tmp_path)
    return tmp_path


def test_a_token_says_who_it_speaks_for(keys: Path) -> None:
    account, merchant = uuid.uuid4(), uuid.uuid4()
    token = TokenSigner(keys / "signing.pem", 60).sign(account, "merchant", merchant)
    identity = TokenVerifier(keys / "jwks.json").verify(token)
    assert (identity.account_id, identity.role, identity.merchant_id) == (account, "merchant", merchant)
    assert 55 < identity.expires_at - time.time() <= 60


def test_a_remembered_token_still_expires(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = TokenVerifier(keys / "jwks.json")
    token = TokenSigner(keys / "signing.pem", 60).sign(uuid.uuid4(), "customer", None)
    verifier.verify(token)
    later = time.time() + 61
    monkeypatch.setattr("time.time", lambda: later)
    with pytest.raises(InvalidToken, match="expired"):
        verifier.verify(token)


def test_what_is_remembered_is_bounded(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CACHED_TOKENS", 10)
    verifier = TokenVerifier(keys / "jwks.json")
    signer = TokenSigner(keys / "signing.pem", 60)
    for _ in range(35):
        verifier.verify(signer.sign(uuid.uuid4(), "customer", None))
    assert len(verifier._file.value.verified) <= 10


def test_a_token_that_claims_a_longer_life_is_refused(keys: Path) -> None:
    verifier = TokenVerifier(keys / "jwks.json")
    verifier.verify(TokenSigner(keys / "signing.pem", tokens.MAX_LIFE_SECONDS).sign(uuid.uuid4(), "customer", None))
    too_long = TokenSigner(keys / "signing.pem", tokens.MAX_LIFE_SECONDS + 1).sign(uuid.uuid4(), "customer", None)
    with pytest.raises(InvalidToken, match="not valid"):
        verifier.verify(too_long)


def test_a_token_has_all_claims_of_rfc_9068(keys: Path) -> None:
    token = TokenSigner(keys / "signing.pem", 60).sign(uuid.uuid4(), "customer", None)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= set(claims)
