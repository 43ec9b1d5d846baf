"""Staff of a merchant: invited by its owner, works the board, changes neither money nor people, and is removed."""

import secrets

import pytest
from sqlalchemy import Engine

from tests.support.api import PASSWORD, Api, make_world
from tests.support.mailbox import Mailbox
from tests.support.tables import rows
from tests.support.waiting import until

CHOSEN = "four words by chance"


@pytest.fixture
def shop(api: Api, database_url: str) -> Api:
    """The api, asked by accounts that no other test uses."""
    return api.for_others(make_world(database_url))


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(6)}@pedidos.example"


def people_of(shop: Api) -> str:
    return f"/v1/merchants/{shop.world.merchant}/people"


def invite(shop: Api, email: str, who: str = "merchant") -> int:
    return shop.ask("POST", people_of(shop), who=who, json={"email": email, "name": "Bia"}).status_code


def join(shop: Api, engine: Engine, email: str) -> str:
    """Chooses a password with the mail's link; returns an access token."""
    body = {"token": Mailbox(engine).token(email, "staff_invited"), "new_password": CHOSEN}
    assert shop.ask("POST", "/v1/auth/join", json=body).status_code == 204
    assert shop.ask("POST", "/v1/auth/join", json=body).status_code == 410  # the link is used up
    answer = shop.ask("POST", "/v1/auth/token", json={"email": email, "password": CHOSEN})
    token: str = answer.json()["access_token"]
    return token


def test_staff_works_the_board_and_changes_neither_money_nor_people(shop: Api, engine: Engine, email: str) -> None:
    assert invite(shop, email) == 201
    staff = join(shop, engine, email)
    order = shop.place().json()["id"]
    merchant, product = shop.world.merchant, shop.world.products[0]
    assert shop.ask("GET", f"/v1/orders/{order}", token=staff).status_code == 200
    assert shop.ask("POST", f"/v1/orders/{order}/accept", token=staff, json={"minutes": 30}).status_code == 409
    count = shop.ask("PUT", f"/v1/products/{product}/stock", token=staff, json={"on_hand": 7})
    assert count.status_code == 200, count.text
    refused = {
        ("POST", f"/v1/merchants/{merchant}/products"): {"name": "Pizza", "price_cents": 1, "on_hand": 1},
        ("PATCH", f"/v1/products/{product}"): {"price_cents": 1},
        ("PUT", f"/v1/merchants/{merchant}/opening-hours"): {"hours": []},
        ("POST", f"/v1/merchants/{merchant}/reopen"): None,
        ("POST", f"/v1/merchants/{merchant}/coupons"): {"code": "STAFF", "percent": 100},
        ("POST", f"/v1/orders/{order}/refunds"): {"cause": "late", "amount_cents": 1},
        ("GET", people_of(shop)): None,
        ("POST", people_of(shop)): {"email": "eva@pedidos.example", "name": "Eva"},
        ("DELETE", f"{people_of(shop)}/{shop.world.accounts['merchant']}"): None,
    }
    for (method, path), body in refused.items():
        answer = shop.ask(method, path, token=staff, json=body)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden"), path
    shop.ask("POST", f"/v1/orders/{order}/cancel", token=staff)


def test_who_is_removed_is_out_and_can_be_invited_again(shop: Api, engine: Engine, email: str) -> None:
    invite(shop, email)
    staff = join(shop, engine, email)
    (person,) = [each for each in shop.ask("GET", people_of(shop), who="merchant").json()["items"] if each["staff"]]
    assert (person["email"], person["joined"]) == (email, True)
    address = f"{people_of(shop)}/{person['id']}"
    assert shop.ask("DELETE", address, who="merchant2").status_code == 404
    assert shop.ask("DELETE", address, who="merchant").status_code == 200
    assert shop.ask("DELETE", address, who="merchant").status_code == 404
    until(lambda: shop.ask("GET", "/v1/me", token=staff).status_code == 401, "the token to be refused")
    assert shop.ask("POST", "/v1/auth/token", json={"email": email, "password": CHOSEN}).status_code == 401
    assert invite(shop, email) == 201
    assert shop.ask("POST", "/v1/auth/token", json={"email": email, "password": CHOSEN}).status_code == 401
    assert join(shop, engine, email)
    told = rows(engine, "select action from audit_log where subject = :s order by number", s=person["id"])
    assert [row.action for row in told if not row.action.startswith("session")] == [
        "account.invited",
        "account.joined",
        "account.removed",
        "account.invited",
        "account.joined",
    ]


def test_an_owner_cannot_be_removed_and_an_account_not_taken_over(shop: Api, engine: Engine) -> None:
    owner = shop.world.accounts["merchant"]
    assert shop.ask("DELETE", f"{people_of(shop)}/{owner}", who="merchant").status_code == 404
    for name in ("customer", "merchant2", "operator", "merchant"):
        assert invite(shop, shop.world.emails[name]) == 409
        assert (
            shop.ask(
                "POST", "/v1/auth/token", json={"email": shop.world.emails[name], "password": PASSWORD}
            ).status_code
            == 200
        )
    assert Mailbox(engine).to(shop.world.emails["customer"]) == []


def test_an_invitation_is_no_password_reset_and_no_reset_is_an_invitation(
    shop: Api, engine: Engine, email: str
) -> None:
    invite(shop, email)
    token = Mailbox(engine).token(email, "staff_invited")
    body = {"token": token, "new_password": CHOSEN}
    assert shop.ask("POST", "/v1/auth/reset-password", json=body).status_code == 410
    weak = shop.ask("POST", "/v1/auth/join", json={"token": token, "new_password": f"{email} password"})
    assert weak.status_code in (204, 422)


def test_nobody_invites_to_the_merchant_of_others(shop: Api, email: str) -> None:
    assert invite(shop, email, "merchant2") == 404
    assert invite(shop, email, "customer") == 403
    assert invite(shop, email, "operator") == 403
