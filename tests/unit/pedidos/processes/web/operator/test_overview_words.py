"""The sentences of the overview."""

from collections.abc import Iterator

import pytest
from flask import Flask

from pedidos.processes.web import languages
from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.wrong import RULES, Finding
from pedidos.processes.web.operator.overview_words import SAID, headline, said, summary
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED
from pedidos.telemetry.catalogue.whole_platform import DEAD_LETTERS_OPEN, LEDGER_VIOLATIONS, ORDERS, PUBLISHING_BLOCKED
from tests.unit.pedidos.processes.web.figures.made import BEGAN, Platform

VALUES = {
    "name": "charge",
    "objective": "confirmed-in-time",
    "count": 1234.0,
    "seconds": 31.0,
    "bytes": 2.5e9,
    "factor": 14.4,
    "at": BEGAN,
}


@pytest.fixture(params=["en", "pt-BR"], autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": request.param}):
        yield request.param


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_has_a_sentence(rule: object, language: str) -> None:
    assert hasattr(rule, "name")
    values = {k: v for k, v in VALUES.items() if k != "objective" or rule.name not in SAID}
    text = said(Finding(rule, values, BEGAN, alert=True), "UTC")  # type: ignore[arg-type]  # a rule
    assert "%" not in text
    assert ("1,234" in text) == ("count" in str(SAID.get(rule.name, "")) and language == "en")


def test_the_heading_says_what_is_most_wrong(language: str) -> None:
    english = language == "en"
    platform = Platform()
    platform.seen()
    quiet = platform.seen()
    assert headline(quiet, "UTC") == ("All is quiet, and all is well" if english else "Tudo quieto, e tudo bem")
    moving = platform.seen({series(ORDERS_ACCEPTED): 5.0})
    assert headline(moving, "UTC") == ("Everything moves" if english else "Tudo anda")
    standing = platform.seen({series(ORDERS, status="charging"): 3.0})
    assert headline(standing, "UTC").startswith("Orders wait" if english else "Há pedidos à espera")
    letters = {series(DEAD_LETTERS_OPEN): 3.0}
    assert "1 thing needs a look" in headline(platform.seen(letters), "UTC") or not english
    broken = letters | {series(LEDGER_VIOLATIONS, invariant="money"): 2.0}
    one = platform.seen(broken)
    assert "(money)" in headline(one, "UTC")
    assert summary(one) == ("1 thing is wrong" if english else "1 coisa está errada")
    both = platform.seen(broken | {series(PUBLISHING_BLOCKED, by="refusal"): 1.0})
    assert headline(both, "UTC") == ("2 things are wrong" if english else "2 coisas estão erradas")
