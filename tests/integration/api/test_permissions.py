"""Every route with every role, and with every kind of token that must not pass."""

import time
import uuid
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pedidos.http.roles import EVERY_ROLE
from pedidos.processes.api.app import app_without_services
from pedidos.security.keys import public_jwk, read_signing_key
from pedidos_dev.documents.permissions import Permission, permissions
from tests.support.api import Api, Serve, World, make_world
from tests.support.waiting import until

ROUTES = permissions(app_without_services())
RECOGNISING = [route for route in ROUTES if route.roles is None and route.recognises]
GUARDED = [route for route in ROUTES if route.roles is not None]


@pytest.fixture(scope="module")
def api(api: Api, database_url: str) -> Api:
    """With accounts that no other test uses: one of the routes ends all other sessions of its account."""
    return api.for_others(make_world(database_url))


def name(route: object) -> str | None:
    return f"{route.method} {route.path}" if isinstance(route, Permission) else None


def address(route: Permission) -> str:
    """The route with ids of things that do not exist."""
    path = route.path
    for part in (
        "merchant_id",
        "product_id",
        "choice_id",
        "order_id",
        "session_id",
        "closure_id",
        "application_id",
        "account_id",
        "address_id",
        "coupon_id",
        "endpoint_id",
        "delivery_id",
    ):
        path = path.replace(f"<uuid:{part}>", str(uuid.uuid4()))
    return path.replace("<slug>", "not-found").replace("<path:name>", "css/swagger-ui.css")


def test_the_table_is_whole() -> None:
    assert len(GUARDED) >= 12
    assert len(RECOGNISING) >= 2
    assert all(route.roles for route in GUARDED)


@pytest.mark.parametrize("route", ROUTES, ids=name)
@pytest.mark.parametrize("role", ["customer", "merchant", "operator", "courier"])
def test_a_role_gets_through_where_it_may_and_nowhere_else(api: Api, route: Permission, role: str) -> None:
    answer = api.ask(route.method, address(route), who=role)
    allowed = route.roles is None or role in route.roles
    assert answer.status_code != 401
    assert (answer.status_code != 403) == allowed
    assert answer.status_code < 500


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_without_a_token_only_public_routes_answer(api: Api, route: Permission) -> None:
    answer = api.ask(route.method, address(route))
    if route.roles is None:
        assert answer.status_code not in {401, 403}
    else:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "/problems/unauthenticated"


def forgeries(keys_dir: Path, account: uuid.UUID) -> dict[str, str]:
    """Tokens that look right and are not."""
    key = read_signing_key(keys_dir / "signing.pem")
    kid = public_jwk(key.public_key())["kid"]
    now = int(time.time())
    claims = {
        "iss": "pedidos",
        "aud": "pedidos",
        "iat": now,
        "exp": now + 600,
        "jti": str(uuid.uuid4()),
        "sub": str(account),
        "role": "operator",
    }
    header = {"kid": kid, "typ": "at+jwt"}

    def signed(by: Any = key, algorithm: str = "EdDSA", head: dict[str, str] = header, **changes: object) -> str:
        changed = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(changed, by, algorithm=algorithm, headers=head)

    stranger = Ed25519PrivateKey.generate()
    public = key.public_key()
    good = signed()
    head, body, signature = good.split(".")
    return {
        "empty": "x",
        "not a token": "a.b.c",
        "wrong key": signed(stranger),
        "unknown key": signed(stranger, head={"kid": "nobody", "typ": "at+jwt"}),
        "no key named": signed(head={"typ": "at+jwt"}),
        "alg none": signed(None, "none"),
        "HS256 with the public key": signed(public.public_bytes_raw(), "HS256"),
        "signature cut": f"{head}.{body}.{signature[:-8]}",
        "signature of another": f"{head}.{body}.{signed(sub=str(uuid.uuid4())).split('.')[2]}",
        "expired": signed(iat=now - 900, exp=now - 1),
        "not yet": signed(iat=now + 600, exp=now + 900),
        "foreign issuer": signed(iss="https://elsewhere.example"),
        "foreign audience": signed(aud="elsewhere"),
        "many audiences": signed(aud=["pedidos", "elsewhere"]),
        "other type": signed(head={"kid": kid, "typ": "JWT"}),
        "without expiry": signed(exp=None),
        "without subject": signed(sub=None),
        "subject is no id": signed(sub="me"),
        "valid for years": signed(exp=now + 5 * 365 * 24 * 3600),
        "unknown role": signed(role="root"),
        "merchant of nothing": signed(role="merchant"),
        "endless": "x" * 7000,
    }


@pytest.fixture(scope="module")
def forged(keys_dir: Path, world: World) -> dict[str, str]:
    return forgeries(keys_dir, world.accounts["operator"])


@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_no_forged_token_passes(api: Api, forged: dict[str, str], route: Permission) -> None:
    for kind, token in forged.items():
        answer = api.ask(route.method, address(route), token=token)
        assert answer.status_code == 401, kind
        assert answer.json()["type"] == "/problems/unauthenticated", kind


@pytest.mark.parametrize("route", RECOGNISING, ids=name)
def test_a_forged_token_is_not_taken_for_none_where_none_is_needed(
    api: Api, forged: dict[str, str], route: Permission
) -> None:
    assert api.ask(route.method, address(route)).status_code != 401
    for kind, token in {**forged, "no token": ""}.items():
        answer = api.ask(route.method, address(route), headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, kind
    assert api.ask(route.method, address(route), headers={"Authorization": "Basic YTpi"}).status_code == 401


def test_an_expired_token_that_was_seen_before_passes_no_more(serve: Serve) -> None:
    short = serve(access_token_seconds=5)
    token = short.sign_in("customer")["access_token"]
    assert short.ask("GET", "/v1/me", token=token).status_code == 200
    expires = jwt.decode(token, options={"verify_signature": False})["exp"]
    until(lambda: time.time() >= expires, "the token to expire")
    assert short.ask("GET", "/v1/me", token=token).status_code == 401


def test_another_scheme_is_not_taken_for_a_token(api: Api) -> None:
    answer = api.ask("GET", "/v1/me", headers={"Authorization": f"Basic {api.token('customer')}"})
    assert answer.status_code == 401


def test_every_role_means_every_role() -> None:
    assert sorted(EVERY_ROLE) == ["courier", "customer", "merchant", "operator"]


def test_the_served_key_set_has_the_public_halves_alone(api: Api, keys_dir: Path) -> None:
    served = api.ask("GET", "/.well-known/jwks.json").json()["keys"]
    keys = [public_jwk(read_signing_key(keys_dir / name).public_key()) for name in ("signing.pem", "next.pem")]
    assert [{name: value for name, value in jwk.items() if name not in ("iat", "nbf")} for jwk in served] == keys
    assert not any("d" in jwk for jwk in served)
