"""Sessions of browsers: opened, ended, and worth nothing to somebody else."""

import psycopg
import pytest

from tests.support.api import PASSWORD, World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

SESSION = "__Host-session"


def test_the_cookie_is_out_of_the_reach_of_scripts_and_of_other_sites(visitor: Visitor, world: World) -> None:
    answer = visitor.post("/sign-in", {"email": world.emails["customer"], "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{SESSION}=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert attribute in cookie.split("; ")
    assert "Domain" not in cookie
    assert "Sign out" in visitor.get("/").text


def test_an_address_is_the_same_in_any_case(visitor: Visitor, world: World) -> None:
    visitor.signs_in(world.emails["customer"].upper())
    assert "Sign out" in visitor.get("/").text


@pytest.mark.parametrize("password", ["wrong", "", "x" * 10_000, "\x00"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(visitor: Visitor, world: World, password: str) -> None:
    texts = set()
    for email in (world.emails["customer"], "unknown@pedidos.example"):
        answer = visitor.post("/sign-in", {"email": email, "password": password})
        assert answer.status_code == 401
        texts.add(answer.text.replace(email, ""))
    assert len(texts) == 1
    assert SESSION not in visitor.cookies


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_sign_in_leads_to_no_other_site(visitor: Visitor, world: World, wanted: str) -> None:
    form = {"email": world.emails["customer"], "password": PASSWORD, "next": wanted}
    assert visitor.post("/sign-in", form).headers["Location"] == "/"


def test_a_signed_out_session_is_over_also_for_who_has_its_cookie(visitor: Visitor, world: World) -> None:
    visitor.signs_in(world.emails["customer"])
    thief = Visitor(visitor.web, cookies=dict(visitor.cookies))
    assert thief.get("/orders").status_code == 200
    assert visitor.post("/sign-out").headers["Location"] == "/"
    assert SESSION not in visitor.cookies
    assert thief.get("/orders").headers["Location"].startswith("/sign-in")


def test_a_sign_in_ends_the_session_that_the_browser_had(visitor: Visitor, world: World) -> None:
    visitor.signs_in(world.emails["customer"])
    before = Visitor(visitor.web, cookies=dict(visitor.cookies))
    visitor.signs_in(world.emails["customer2"])
    assert before.get("/orders").status_code == 303


def test_a_disabled_account_has_no_session(visitor: Visitor, world: World, database_url: str) -> None:
    visitor.signs_in(world.emails["customer2"])
    with psycopg.connect(database_url, autocommit=True) as connection:
        set_active = "update accounts set active = %s where id = %s"
        connection.execute(set_active, [False, world.accounts["customer2"]])
        try:
            assert visitor.get("/orders").status_code == 303
        finally:
            connection.execute(set_active, [True, world.accounts["customer2"]])


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "é", "A" * 5000])
def test_a_made_up_cookie_is_no_session(web: ServingProcess, cookie: str) -> None:
    assert Visitor(web, cookies={SESSION: cookie}).get("/orders").status_code == 303


def test_without_a_demo_nobody_enters_without_a_password(visitor: Visitor) -> None:
    assert "sign-in/demo" not in visitor.get("/sign-in").text
    assert visitor.post("/sign-in/demo", {"as": "operator"}).status_code == 404
