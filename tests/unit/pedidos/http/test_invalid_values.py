"""What is wrong with a value is said in our words: no message is that of the library."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from pedidos.http import fields
from pedidos.http.fields import field_errors
from pedidos.http.invalid_values import FORMS, KNOWN
from pedidos.processes.api.app import app_without_services
from pedidos.processes.api.openapi import specification
from pedidos.processes.api.place_order import OrderRequest
from pedidos.processes.api.request_validation import Body
from pedidos.sentence import Sentence

MERCHANT = "01900000-0000-7000-8000-000000000001"
ITEM = {"product_id": MERCHANT, "quantity": 1}
ORDER: dict[str, Any] = {"merchant_id": MERCHANT, "items": [ITEM], "payment_token": "tok_ok"}


class Times(Body):
    at: fields.MomentInBody
    opens: fields.OpeningTime = "09:00"


class Account(Body):
    email: fields.Email
    password: fields.NewPassword


def wrong(model: type[BaseModel], value: object) -> dict[str, Sentence]:
    with pytest.raises(ValidationError) as raised:
        model.model_validate_json(json.dumps(value))
    assert {each["type"] for each in raised.value.errors()} <= KNOWN
    return {each.field: each.message for each in field_errors(raised.value)}


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"merchant_id": "x"}, "merchant_id", "Must be a UUID."),
        ({"merchant_id": 5}, "merchant_id", "Must be a UUID."),
        ({"items": []}, "items", "Must have at least 1 entries."),
        ({"items": [ITEM] * 51}, "items", "Must have at most 50 entries."),
        ({"items": "x"}, "items", "Must be a list."),
        ({"items": [7]}, "items.0", "Must be an object."),
        ({"items": [ITEM | {"quantity": 0}]}, "items.0.quantity", "Must be at least 1."),
        ({"items": [ITEM | {"quantity": 100}]}, "items.0.quantity", "Must be at most 99."),
        ({"items": [ITEM | {"quantity": "2"}]}, "items.0.quantity", "Must be a whole number."),
        ({"items": [ITEM | {"quantity": 1.5}]}, "items.0.quantity", "Must be a whole number."),
        ({"items": [{"quantity": 1}]}, "items.0.product_id", "Is missing."),
        ({"payment_token": "não"}, "payment_token", "Must be 1 to 64 letters, digits, - or _."),
        ({"payment_token": None}, "payment_token", "Must be a text."),
        ({"colour": "red"}, "colour", "Is not expected here. Leave it out."),
    ],
)
def test_an_order(change: dict[str, Any], field: str, told: str) -> None:
    assert wrong(OrderRequest, ORDER | change) == {field: told}


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-01-31", "Must be a time as in RFC 3339, such as 2026-01-31T09:00:00Z."),
        ("2026-02-31T00:00:00Z", "Must be a time as in RFC 3339, such as 2026-01-31T09:00:00Z."),
        (5, "Must be a text."),
    ],
)
def test_a_time(at: object, told: str) -> None:
    assert wrong(Times, {"at": at}) == {"at": told}


def test_a_password_says_what_it_lacks() -> None:
    told = wrong(Account, {"email": "a@b", "password": "short"})
    assert told == {"password": "Must have at least 12 characters."}
    told = wrong(Account, {"email": "no address", "password": "tab\there is one"})
    assert told["password"] == "Must have no control characters, such as tabs and line breaks."
    assert told["email"].startswith("Must be an e-mail address")


def test_many_errors_are_one() -> None:
    found = wrong(OrderRequest, ORDER | {"items": [7] * 50, **{f"more{number}": 1 for number in range(60)}})
    assert found == {"request": "There are more than 100 errors. /openapi.json lists what is expected."}


def test_every_pattern_of_the_api_has_a_sentence() -> None:
    document = json.loads(specification(app_without_services()))
    assert set(_patterns(document)) <= FORMS.keys()


def _patterns(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _patterns(each)
