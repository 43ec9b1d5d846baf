"""Numbers that people enter."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from pedidos.http.fields import MAX_PRICE_CENTS, MAX_UNITS
from pedidos.processes.web import languages
from pedidos.processes.web.merchant.numbers import cents, price_text, units


@pytest.fixture(params=["en", "pt_BR"])
def locale(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(), force_locale(request.param):
        yield request.param


def test_a_price_is_written_as_in_the_language_of_the_page(locale: str) -> None:
    point = "." if locale == "en" else ","
    assert cents(f" 49{point}90 ") == 4990
    assert cents(f"49{point}9") == 4990
    assert cents("49") == 4900
    assert cents(f"0{point}01") == 1
    assert cents(price_text(MAX_PRICE_CENTS)) == MAX_PRICE_CENTS
    assert price_text(4990) == f"49{point}90"


def test_a_price_of_the_other_language_is_never_read_as_another_amount(locale: str) -> None:
    assert cents("49,90" if locale == "en" else "49.90") is None


@pytest.mark.usefixtures("locale")
@pytest.mark.parametrize("text", ["", "x", "-1", "0", "1e3", "NaN", "Infinity", "9" * 10_000, "1000001", "<b>", "\x00"])
def test_what_is_no_price_is_none(text: str) -> None:
    assert cents(text) is None


@pytest.mark.usefixtures("locale")
def test_a_price_has_whole_cents(locale: str) -> None:
    assert cents("1.234" if locale == "en" else "1,234") is None


@given(st.integers(1, MAX_PRICE_CENTS))
def test_every_price_is_read_as_it_is_shown(price: int) -> None:
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context():
        for locale in ("en", "pt_BR"):
            with force_locale(locale):
                assert cents(price_text(price)) == price


def test_units_are_whole_numbers_within_their_limits() -> None:
    assert units(" 12 ", 0) == 12
    assert units("0", 0) == 0
    assert units("0", 1) is None
    assert units(str(MAX_UNITS), 0) == MAX_UNITS
    for text in ("", "x", "-1", "1.5", "1e3", "²", "١٢", str(MAX_UNITS + 1), "9" * 10_000, "<b>"):
        assert units(text, 0) is None
