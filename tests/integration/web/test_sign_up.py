"""Registering in a browser."""

import secrets

import pytest

from tests.support.mailbox import Mailbox
from tests.support.pages import Visitor

PASSWORD = "four words that do not belong"


def form(**changes: str) -> dict[str, str]:
    return {"name": "Maria Souza", "email": f"{secrets.token_hex(6)}@pedidos.example", "password": PASSWORD} | changes


def test_who_registers_is_told_to_look_into_the_mailbox_and_can_sign_in(visitor: Visitor) -> None:
    given = form()
    assert visitor.post("/sign-up", given).headers["Location"] == "/sign-up/sent"
    assert "Look into your mailbox" in visitor.get("/sign-up/sent").text
    assert "Sign out" not in visitor.get("/").text
    visitor.signs_in(given["email"], PASSWORD)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "nobody"}, "We cannot use this address"),
        ({"email": "é@pedidos.example"}, "We cannot use this address"),
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 10_000}, "Enter a name"),
        ({"password": "short"}, "12 to 128 characters"),
        ({"password": "x" * 10_000}, "12 to 128 characters"),
        ({"password": "password1234"}, "easy to guess"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(
    visitor: Visitor, changes: dict[str, str], said: str
) -> None:
    given = form() | changes
    answer = visitor.post("/sign-up", given)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert given["password"] not in answer.text
    assert "Sign out" not in visitor.get("/").text


def test_markup_in_a_field_is_shown_as_text(visitor: Visitor) -> None:
    answer = visitor.post("/sign-up", form(name='"><script>alert(1)</script>', password="short"))
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_an_address_is_registered_once_and_its_mailbox_is_told(visitor: Visitor, mailbox: Mailbox) -> None:
    given = form()
    for password in (PASSWORD, f"{PASSWORD} again"):
        assert visitor.post("/sign-up", given | {"password": password}).status_code == 303
    assert [each.kind for each in mailbox.to(given["email"])] == ["confirm_address", "account_exists"]
    visitor.signs_in(given["email"], PASSWORD)
