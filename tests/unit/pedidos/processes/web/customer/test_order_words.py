"""Every state of an order has words for a customer, and a reason is in the language of the page."""

import pytest
from flask import Flask

from pedidos.domain.order import Status
from pedidos.processes.web import languages
from pedidos.processes.web.customer.order_words import STATES, WORDS, translated


def test_each_state_has_a_name_and_words() -> None:
    assert STATES.keys() == WORDS.keys() == set(Status)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("No longer sold: Pão de queijo.", "Não está mais à venda: Pão de queijo."),
        ("insufficient_funds", "saldo insuficiente"),
        ("a reason of another provider", "a reason of another provider"),
    ],
)
def test_a_reason_is_in_the_language_of_the_page(reason: str, told: str) -> None:
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": "pt-BR"}):
        assert translated(reason) == told
