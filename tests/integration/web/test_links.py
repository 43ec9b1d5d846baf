"""The pages that links in mails lead to."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.mailbox import Mailbox
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import rows

PASSWORD, OTHER = "four words that do not belong", "four words by chance"


@pytest.fixture
def email(visitor: Visitor) -> str:
    """The address of a customer who has just registered."""
    address = f"{secrets.token_hex(6)}@pedidos.example"
    answer = visitor.post("/sign-up", {"name": "Eva", "email": address, "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-up/sent"
    return address


@pytest.fixture
def demo(database_url: str, tmp_path: Path) -> Iterator[Visitor]:
    """A web process of a demo that only this machine reaches."""
    process = ServingProcess("web", tmp_path, database_url=database_url, public_url="https://localhost:8400", demo=True)
    process.child.start()
    yield Visitor(process)
    process.child.end()


def verified(engine: Engine, email: str) -> bool:
    (row,) = rows(engine, "select verified_at is not null as verified from accounts where email = :e", e=email)
    found: bool = row.verified
    return found


def test_the_link_confirms_with_the_password_and_signs_in(
    web: ServingProcess, visitor: Visitor, mailbox: Mailbox, engine: Engine, email: str
) -> None:
    token = mailbox.token(email)
    for _ in range(2):  # a program that looks through the mailbox follows it, too
        page = visitor.get(f"/verify?token={token}")
        assert (page.status_code, email in page.text) == (200, True)
    assert not verified(engine, email)
    refused = visitor.post("/verify", {"token": token, "password": "wrong"})
    assert (refused.status_code, "This is not the password" in refused.text) == (401, True)
    assert visitor.post("/verify", {"token": token, "password": PASSWORD}).headers["Location"] == "/"
    assert verified(engine, email)
    assert email in visitor.get("/account").text
    again = Visitor(web).get(f"/verify?token={token}")
    assert (again.status_code, "This link cannot be used" in again.text) == (410, True)


def test_who_is_signed_in_confirms_without_the_password(
    visitor: Visitor, mailbox: Mailbox, engine: Engine, email: str
) -> None:
    visitor.signs_in(email, PASSWORD)
    assert "Your address is not confirmed yet" in visitor.get("/account").text
    token = mailbox.token(email)
    assert 'name="password"' not in visitor.get(f"/verify?token={token}").text
    assert visitor.post("/verify", {"token": token}).headers["Location"] == "/"
    assert verified(engine, email)


def test_who_is_signed_in_as_somebody_else_needs_the_password(
    web: ServingProcess, visitor: Visitor, mailbox: Mailbox, engine: Engine, email: str
) -> None:
    other = f"other-{email}"
    Visitor(web).post("/sign-up", {"name": "Eva", "email": other, "password": PASSWORD})
    visitor.signs_in(other, PASSWORD)
    assert visitor.post("/verify", {"token": mailbox.token(email)}).status_code == 401
    assert not verified(engine, email)


def test_from_a_forgotten_password_to_the_sign_in(
    web: ServingProcess, visitor: Visitor, mailbox: Mailbox, email: str
) -> None:
    somewhere = Visitor(web)
    somewhere.signs_in(email, PASSWORD)
    assert visitor.post("/forgotten", {"email": email}).headers["Location"] == "/forgotten/sent"
    token = mailbox.token(email)
    for wrong, said in (("short", "12 to 128 characters"), ("password1234", "easy to guess")):
        answer = visitor.post("/reset", {"token": token, "password": wrong})
        assert (answer.status_code, said in answer.text) == (422, True)
    assert email in visitor.get(f"/reset?token={token}").text
    assert visitor.post("/reset", {"token": token, "password": OTHER}).headers["Location"] == "/sign-in?done=reset"
    assert "Your new password counts" in visitor.get("/sign-in?done=reset").text
    assert somewhere.get("/account").status_code == 303
    visitor.signs_in(email, OTHER)
    assert visitor.post("/reset", {"token": token, "password": PASSWORD}).status_code == 410


def test_the_answers_do_not_tell_who_exists(visitor: Visitor, email: str) -> None:
    def forgotten(address: str) -> tuple[int, str, bytes]:
        answer = visitor.post("/forgotten", {"email": address})
        return answer.status_code, answer.headers["Location"], answer.content

    def sign_up(address: str) -> tuple[int, str, bytes]:
        answer = visitor.post("/sign-up", {"name": "Eva", "email": address, "password": PASSWORD})
        return answer.status_code, answer.headers["Location"], answer.content

    assert forgotten(email) == forgotten(f"unknown-{email}")
    assert sign_up(email) == sign_up(f"new-{email}")
    assert visitor.post("/forgotten", {"email": "nobody"}).status_code == 422


@pytest.mark.parametrize("path", ["/verify", "/reset"])
@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 10_000, "%00", "'><b>"])
def test_what_is_no_link_of_ours_says_so(visitor: Visitor, path: str, token: str) -> None:
    for answer in (visitor.get(f"{path}?token={token}"), visitor.post(path, {"token": token, "password": PASSWORD})):
        assert answer.status_code == 410
        assert "This link cannot be used" in answer.text
        assert "<b>'" not in answer.text


def test_before_the_address_is_confirmed_nothing_is_ordered(visitor: Visitor, mailbox: Mailbox, email: str) -> None:
    visitor.signs_in(email, PASSWORD)
    page = visitor.get("/account").text
    assert "Send the message again" in page
    assert visitor.post("/account/verification").headers["Location"] == "/account?done=sent"
    assert [each.kind for each in mailbox.to(email)] == ["confirm_address"] * 2


def test_a_demo_shows_what_it_would_send_and_nobody_else_does(demo: Visitor, visitor: Visitor) -> None:
    email = f"{secrets.token_hex(6)}@pedidos.example"
    here = {"Host": "localhost:8400"}
    demo.ask(
        "POST",
        "/sign-up",
        {"Sec-Fetch-Site": "same-origin", **here},
        {"name": "E", "email": email, "password": PASSWORD},
    )
    assert "/mailbox" in demo.get("/sign-up/sent", **here).text
    page = demo.get("/mailbox", **here).text
    assert email in page
    assert 'href="/verify?token=' in page
    assert demo.get("/mailbox", Host="shop.example").status_code == 404
    assert visitor.get("/mailbox").status_code == 404
    assert "/mailbox" not in visitor.get("/sign-up/sent").text
