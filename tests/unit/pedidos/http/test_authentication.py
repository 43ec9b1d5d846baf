"""A request speaks for the account of its bearer token, and for none when the token is missing or not valid."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from pedidos.domain.access import Identity, Role
from pedidos.http.authentication import Authenticator, bearer_token
from pedidos.http.problems import Unauthenticated
from pedidos.security.keys import JWKS_FILE, SIGNING_FILE
from pedidos.security.rotation import ensure_keys
from pedidos.security.tokens import TokenSigner, TokenVerifier

ACCOUNT = UUID(int=1)
SESSION = UUID(int=2)


def never(_identity: Identity) -> bool:
    return False


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


def authenticator(keys: Path, revoked: Callable[[Identity], bool] = never) -> Authenticator:
    return Authenticator(TokenVerifier(keys / JWKS_FILE), revoked)


def test_a_valid_token_proves_its_account(keys: Path) -> None:
    token = TokenSigner(keys / SIGNING_FILE, 60).sign(ACCOUNT, "customer", None)
    found = authenticator(keys).identity(f"Bearer {token}")
    assert (found.account_id, found.role, found.merchant_id) == (ACCOUNT, Role.CUSTOMER, None)


def test_a_revoked_token_is_named_as_the_reason(keys: Path) -> None:
    asked: list[Identity] = []

    def revoked(identity: Identity) -> bool:
        asked.append(identity)
        return True

    signer = TokenSigner(keys / SIGNING_FILE, 60)
    token = signer.sign(ACCOUNT, "customer", None, account_version=3, session_id=SESSION)
    with pytest.raises(Unauthenticated) as refused:
        authenticator(keys, revoked).identity(f"Bearer {token}")
    assert 'error="invalid_token"' in refused.value.extra_headers["WWW-Authenticate"]
    assert [(each.account_id, each.account_version, each.session_id) for each in asked] == [(ACCOUNT, 3, SESSION)]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjp3b3Jk", "token"])
def test_without_a_bearer_token_the_client_is_asked_for_one(keys: Path, header: str | None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticator(keys).identity(header)
    assert refused.value.headers["WWW-Authenticate"] == 'Bearer realm="pedidos"'
    assert not refused.value.extra_headers


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "é", "x" * 5000])
def test_a_token_that_is_not_valid_is_named_as_the_reason(keys: Path, token: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticator(keys).identity(f"Bearer {token}")
    assert 'error="invalid_token"' in refused.value.extra_headers["WWW-Authenticate"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert bearer_token(f"{scheme} a.b.c") == "a.b.c"
