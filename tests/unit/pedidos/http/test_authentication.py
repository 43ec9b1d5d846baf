"""A request speaks for the account of its bearer token, and for none when the token is missing or not valid."""

from pathlib import Path
from uuid import UUID

import pytest

from pedidos.domain.access import Role
from pedidos.http.authentication import authenticate, bearer_token
from pedidos.http.problems import Unauthenticated
from pedidos.security.keys import JWKS_FILE, SIGNING_FILE, ensure_keys
from pedidos.security.tokens import TokenSigner, TokenVerifier

ACCOUNT = UUID(int=1)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


def test_a_valid_token_proves_its_account(keys: Path) -> None:
    token = TokenSigner(keys / SIGNING_FILE, 60).sign(ACCOUNT, "customer", None)
    found = authenticate(TokenVerifier(keys / JWKS_FILE), f"Bearer {token}")
    assert (found.account_id, found.role, found.merchant_id) == (ACCOUNT, Role.CUSTOMER, None)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjp3b3Jk", "token"])
def test_without_a_bearer_token_the_client_is_asked_for_one(keys: Path, header: str | None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticate(TokenVerifier(keys / JWKS_FILE), header)
    assert refused.value.headers["WWW-Authenticate"] == 'Bearer realm="pedidos"'
    assert not refused.value.extra_headers


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "é", "x" * 5000])
def test_a_token_that_is_not_valid_is_named_as_the_reason(keys: Path, token: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticate(TokenVerifier(keys / JWKS_FILE), f"Bearer {token}")
    assert 'error="invalid_token"' in refused.value.extra_headers["WWW-Authenticate"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert bearer_token(f"{scheme} a.b.c") == "a.b.c"
