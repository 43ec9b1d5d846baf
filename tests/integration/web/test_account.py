"""The pages of an account: its sessions, its password, its second factor and its data."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pedidos.security.passwords import hash_password
from tests.support.api import PASSWORD
from tests.support.mailbox import Mailbox
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import change, rows
from tests.support.totp import App

OTHER = "four words by chance"
FACTOR = "/account/second-factor"

People = Callable[[str], str]


@pytest.fixture
def person(engine: Engine) -> People:
    """Makes an account with this role, and returns its address."""
    hashed = hash_password(PASSWORD)

    def make(role: str) -> str:
        (row,) = rows(engine, "select gen_random_uuid() as id")
        email = f"{role}-{row.id}@pedidos.example"
        change(
            engine,
            "with shop as (insert into merchants (name) select 'Eva' where :role = 'merchant' returning id)"
            " insert into accounts (email, name, role, merchant_id, password_hash)"
            " values (:email, 'Eva', :role, (select id from shop), :hash)",
            email=email,
            role=role,
            hash=hashed,
        )
        return email

    return make


@pytest.fixture
def signed_in(web: ServingProcess) -> Callable[[str], Visitor]:
    def enter(email: str, password: str = PASSWORD) -> Visitor:
        visitor = Visitor(web)
        visitor.signs_in(email, password)
        return visitor

    return enter


@pytest.fixture
def strict(database_url: str, tmp_path: Path) -> Iterator[Visitor]:
    """A web process where operators need a second factor."""
    process = ServingProcess("web", tmp_path, database_url=database_url, operators_second_factor="always")
    process.child.start()
    yield Visitor(process)
    process.child.end()


def other_sessions(page: str) -> list[str]:
    return re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', page)


def enrolled(visitor: Visitor) -> tuple[App, list[str]]:
    """The app and the recovery codes."""
    begun = visitor.post(FACTOR, {"password": PASSWORD}).text
    secret = re.search(r'<code class="secret">([A-Z2-7]{32})</code>', begun)
    assert secret is not None, begun
    assert 'src="data:image/svg+xml' in begun
    app = App(secret[1])
    kept = visitor.post(f"{FACTOR}/confirm", {"code": app.code()}).text
    codes = re.findall(r"<code>([A-Z2-7-]{29})</code>", kept)
    assert len(codes) == 10, kept
    return app, codes


def test_the_owner_ends_a_session_and_all_others(person: People, signed_in: Callable[[str], Visitor]) -> None:
    email = person("customer")
    here, *others = (signed_in(email) for _ in range(4))
    page = here.get("/account", **{"User-Agent": "unused"}).text
    assert "You are signed in here and in 3 other places" in page
    assert page.count("this browser") == 1
    ends = other_sessions(page)
    assert len(ends) == 3
    for _ in range(2):
        assert here.post(ends[0]).headers["Location"] == "/account?done=session"
    assert [each.get("/account").status_code for each in others].count(303) == 1
    assert here.post("/account/sessions/end-others").headers["Location"] == "/account?done=others"
    assert [each.get("/account").status_code for each in others] == [303] * 3
    assert "You are signed in here alone" in here.get("/account?done=others").text


def test_nobody_ends_the_session_of_somebody_else(person: People, signed_in: Callable[[str], Visitor]) -> None:
    email = person("customer")
    here, there = signed_in(email), signed_in(email)
    (end,) = other_sessions(here.get("/account").text)
    signed_in(person("operator")).post(end)
    assert there.get("/account").status_code == 200


def test_another_password(person: People, signed_in: Callable[..., Visitor], mailbox: Mailbox) -> None:
    email = person("customer")
    here, there = signed_in(email), signed_in(email)
    for form, status, said in (
        ({"password": "wrong", "new_password": OTHER}, 401, "This is not your password"),
        ({"password": PASSWORD, "new_password": "short"}, 422, "12 to 128 characters"),
        ({"password": PASSWORD, "new_password": "password1234"}, 422, "easy to guess"),
        ({}, 401, "This is not your password"),
    ):
        answer = here.post("/account/password", form)
        assert (answer.status_code, said in answer.text) == (status, True), said
    done = here.post("/account/password", {"password": PASSWORD, "new_password": OTHER})
    assert done.headers["Location"] == "/account?done=password"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    signed_in(email, OTHER)
    assert [each.kind for each in mailbox.to(email)] == ["password_changed"]


@pytest.mark.parametrize("role", ["merchant", "operator"])
def test_a_second_factor_from_the_qr_code_to_the_sign_in(
    person: People, web: ServingProcess, signed_in: Callable[[str], Visitor], role: str
) -> None:
    email = person(role)
    visitor = signed_in(email)
    there = signed_in(email)
    assert "Add a second factor" in visitor.get("/account").text
    assert visitor.post(FACTOR, {"password": "wrong"}).status_code == 401
    app, codes = enrolled(visitor)
    assert there.get("/account").status_code == 303, "it began without a code"
    assert "Your password alone opens nothing" in visitor.get(FACTOR).text

    again = Visitor(web)
    first = again.post("/sign-in", {"email": email, "password": PASSWORD, "next": "/account"})
    assert (first.status_code, "Now the code of your app" in first.text) == (200, True)
    assert again.get("/account").status_code == 303, "nothing is open yet"
    wrong = again.post("/sign-in/code", {"code": app.wrong(), "next": "/account"})
    assert (wrong.status_code, "This code is wrong" in wrong.text) == (401, True)
    assert again.post("/sign-in/code", {"code": app.last(), "next": "/account"}).status_code == 401, "used before"
    assert again.post("/sign-in/code", {"code": app.code(), "next": "/account"}).headers["Location"] == "/account"
    assert "__Host-sign-in" not in again.cookies

    refused = again.post(f"{FACTOR}/remove", {"password": PASSWORD, "code": app.wrong()})
    assert refused.status_code == 401
    removed = again.post(f"{FACTOR}/remove", {"password": PASSWORD, "code": codes[0]})
    assert removed.headers["Location"] == "/account?done=removed"
    signed_in(email)


@pytest.mark.parametrize("cookie", ["", "x", "A" * 200, "é"])
def test_a_made_up_cookie_is_no_first_step(web: ServingProcess, cookie: str) -> None:
    visitor = Visitor(web, cookies={"__Host-sign-in": cookie})
    answer = visitor.post("/sign-in/code", {"code": "123456"})
    assert (answer.status_code, "Begin again" in answer.text) == (401, True)


def test_a_first_step_is_over_once_the_password_has_changed(
    person: People, web: ServingProcess, signed_in: Callable[[str], Visitor]
) -> None:
    email = person("operator")
    visitor = signed_in(email)
    _, codes = enrolled(visitor)
    thief = Visitor(web)
    thief.post("/sign-in", {"email": email, "password": PASSWORD})
    visitor.post("/account/password", {"password": PASSWORD, "new_password": OTHER})
    assert thief.post("/sign-in/code", {"code": codes[0]}).status_code == 401
    assert thief.get("/account").status_code == 303


def test_forms_of_a_second_factor_that_come_twice(person: People, signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in(person("merchant"))
    assert visitor.post(f"{FACTOR}/confirm", {"code": "123456"}).headers["Location"] == FACTOR
    app, codes = enrolled(visitor)
    assert visitor.post(f"{FACTOR}/confirm", {"code": app.last()}).headers["Location"] == FACTOR
    assert visitor.post(FACTOR, {"password": PASSWORD}).headers["Location"] == FACTOR
    form = {"password": PASSWORD, "code": codes[0]}
    assert [visitor.post(f"{FACTOR}/remove", form).status_code for _ in range(2)] == [303, 303]


def test_customers_have_no_second_factor(person: People, signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in(person("customer"))
    assert FACTOR not in visitor.get("/account").text
    assert visitor.get(FACTOR).status_code == 403


def test_where_operators_need_one_they_see_nothing_else_before(person: People, strict: Visitor) -> None:
    strict.signs_in(person("operator"))
    for path in ("/account", "/account/export"):
        assert strict.get(path).headers["Location"] == FACTOR
    assert strict.post("/account/sessions/end-others").status_code == 403
    assert "Operators need one here" in strict.get(FACTOR).text
    enrolled(strict)
    assert strict.get("/account").status_code == 200


def test_a_copy_of_what_is_stored(person: People, signed_in: Callable[[str], Visitor]) -> None:
    email = person("customer")
    answer = signed_in(email).get("/account/export")
    assert "attachment" in answer.headers["Content-Disposition"]
    copy = json.loads(answer.text)
    assert copy["account"]["email"] == email
    assert (len(copy["sessions"]), copy["orders"], copy["mails"]) == (1, [], [])
    assert "session.began" in {each["action"] for each in copy["audit"]}


def test_an_erased_account_is_gone(person: People, signed_in: Callable[[str], Visitor], engine: Engine) -> None:
    email = person("customer")
    visitor = signed_in(email)
    assert "This cannot be undone" in visitor.get("/account/erasure").text
    assert visitor.post("/account/erasure", {"password": "wrong"}).status_code == 401
    assert visitor.post("/account/erasure", {"password": PASSWORD}).headers["Location"] == "/"
    assert visitor.get("/account").status_code == 303
    assert rows(engine, "select from accounts where email = :e", e=email) == []


@pytest.mark.parametrize("role", ["merchant", "operator"])
def test_who_works_here_does_not_erase_the_account(
    person: People, signed_in: Callable[[str], Visitor], role: str
) -> None:
    visitor = signed_in(person(role))
    assert "/account/erasure" not in visitor.get("/account").text
    assert visitor.post("/account/erasure", {"password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("path", ["/account", "/account/export", "/account/erasure", FACTOR])
def test_strangers_are_led_to_the_sign_in(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).headers["Location"].startswith("/sign-in?next=/account")
