"""A view of the live process declares who may use it, and that is checked before it runs."""

from pathlib import Path
from uuid import UUID

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from pedidos.domain.access import Identity, Role
from pedidos.http.asgi import ContextMiddleware
from pedidos.http.authentication import Authenticator
from pedidos.http.roles import allow, public
from pedidos.processes.live.routes import Identify, View, caller, get
from pedidos.security.keys import JWKS_FILE, SIGNING_FILE
from pedidos.security.rotation import ensure_keys
from pedidos.security.tokens import TokenSigner, TokenVerifier


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


def client(keys: Path, view: View) -> TestClient:
    route = get("/", view, by_token(keys))
    return TestClient(Starlette(routes=[route], middleware=[Middleware(ContextMiddleware)]))


def by_token(keys: Path) -> Identify:
    authenticator = Authenticator(TokenVerifier(keys / JWKS_FILE), lambda _: False)

    async def identify(request: Request) -> Identity:
        return authenticator.identity(request.headers.get("Authorization"))

    return identify


def bearer(keys: Path, role: Role) -> dict[str, str]:
    token = TokenSigner(keys / SIGNING_FILE, 60).sign(UUID(int=1), role, None)
    return {"Authorization": f"Bearer {token}"}


@allow(Role.OPERATOR)
async def for_operators(request: Request) -> Response:
    return Response(caller(request).role)


@public
async def for_all(request: Request) -> Response:
    with pytest.raises(LookupError):
        caller(request)
    return Response("ok")


async def undeclared(_request: Request) -> Response:
    return Response("open to all")


def test_a_view_that_does_not_say_who_may_use_it_does_not_start(keys: Path) -> None:
    with pytest.raises(TypeError, match="undeclared does not declare who may use it"):
        get("/", undeclared, by_token(keys))


def test_only_the_declared_roles_get_through(keys: Path) -> None:
    operators = client(keys, for_operators)
    assert operators.get("/").status_code == 401
    assert operators.get("/", headers={"Authorization": "Bearer stranger"}).status_code == 401
    assert operators.get("/", headers=bearer(keys, Role.CUSTOMER)).status_code == 403
    assert operators.get("/", headers=bearer(keys, Role.OPERATOR)).text == Role.OPERATOR
    assert operators.head("/", headers=bearer(keys, Role.OPERATOR)).status_code == 405


def test_a_public_view_needs_no_token(keys: Path) -> None:
    assert client(keys, for_all).get("/").text == "ok"
