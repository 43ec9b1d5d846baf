"""The sentence that says why an order is where it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from pedidos.domain.steps import Step
from pedidos.domain.waiting import Cause, Mode, Why
from pedidos.processes.web import languages
from pedidos.processes.web.operator.why_words import MODES, sentence

AT = datetime.now(UTC).replace(hour=12, minute=1, second=30)


@pytest.fixture(params=["en", "pt-BR"], autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": request.param}):
        yield request.param


def plain(why: Why, reason: str | None = None) -> str:
    return str(sentence(why, "UTC", reason).striptags())


def test_a_payment_that_is_tried_again(language: str) -> None:
    until = AT + timedelta(minutes=4)
    said = plain(Why(Mode.RETRYING, Cause.ANSWER, Step.CHARGE, 3, AT, "HTTP 500", until))
    expected = {
        "en": "It waits for the payment provider: attempt 3 at 12:01:30; last answer: HTTP 500. "
        "It expires at 12:05:30 if it is not paid by then.",
        "pt-BR": "Espera o provedor de pagamento: tentativa 3 às 12:01:30; última resposta: HTTP 500. "
        "Expira às 12:05:30 se não for pago até lá.",
    }
    assert said == expected[language]


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("back", [True, False])
def test_each_cause_has_a_sentence(cause: Cause, back: bool) -> None:  # a parameter of the test
    said = plain(Why(Mode.WAITING, cause, Step.CHARGE, 2, AT, "HTTP 500", giving_back=back))
    assert said.endswith(".")
    assert "%" not in said


def test_what_others_said_is_escaped() -> None:
    hostile = "<script>alert(1)</script>%(attempt)s%s"
    text = str(sentence(Why(Mode.RETRYING, Cause.ERROR, Step.CHARGE, 2, AT, hostile), "UTC"))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_why_an_order_has_ended(language: str) -> None:
    ended = Why(Mode.ENDED, Cause.ENDED, at=AT)
    assert plain(ended, "whatever a provider says").endswith(": whatever a provider says")
    assert plain(ended, "out_of_stock").endswith("sold out" if language == "en" else "esgotados")
    assert plain(ended) in ("It has ended.", "Terminou.")


def test_each_mode_has_a_name() -> None:
    assert set(MODES) == set(Mode)
