"""A sentence is its English text, and can be said in another language with its values."""

from copy import deepcopy

import orjson
import pytest

from pedidos.errors import Explained
from pedidos.sentence import Recogniser, Sentence, said

PORTUGUESE = {
    "The order costs {cents} cents.": "O pedido custa {cents} centavos.",
    "{server} is away. {advice}": "{server} está fora do ar. {advice}",
    "Start it.": "Inicie-o.",
    "a{}": "b{}",
}


def translate(text: str) -> str:
    return PORTUGUESE.get(text, text)


def test_it_is_its_english_text() -> None:
    sentence = Sentence("The order costs {cents} cents.", cents=990)
    assert sentence == "The order costs 990 cents."
    assert orjson.dumps({"detail": sentence}) == b'{"detail":"The order costs 990 cents."}'
    assert deepcopy(sentence).said(translate) == "O pedido custa 990 centavos."


def test_it_is_said_with_its_values() -> None:
    assert Sentence("The order costs {cents} cents.", cents=990).said(translate) == "O pedido custa 990 centavos."
    assert Sentence("a{}").said(translate) == "b{}"
    assert Sentence("unknown {x}", x=1).said(translate) == "unknown 1"


@pytest.mark.parametrize("advice", [Sentence("Start it."), Explained(Sentence("Start it."))])
def test_a_value_that_is_a_sentence_is_said_too(advice: object) -> None:
    whole = Sentence("{server} is away. {advice}", server="Kafka", advice=advice)
    assert whole == "Kafka is away. Start it."
    assert whole.said(translate) == "Kafka está fora do ar. Inicie-o."


def test_values_can_be_filled_in_later() -> None:
    assert Sentence("The order costs {cents} cents.").filled(cents=5).said(translate) == "O pedido custa 5 centavos."


def test_lines_are_said_one_by_one() -> None:
    lines = Sentence.lines([Sentence("Start it."), "as it {is}", Sentence("The order costs {cents} cents.", cents=1)])
    assert lines == "Start it.\nas it {is}\nThe order costs 1 cents."
    assert lines.said(translate) == "Inicie-o.\nas it {is}\nO pedido custa 1 centavos."


@pytest.mark.parametrize(
    ("words", "told"),
    [("text", "text"), (5, 5), (ValueError("text"), "text"), (ValueError(Sentence("Start it.")), "Inicie-o.")],
)
def test_what_is_no_sentence_stays_as_it_is(words: object, told: object) -> None:
    assert said(words, translate) == told


def test_a_text_is_recognised_with_its_values() -> None:
    recognised = Recogniser(Sentence("Start it."), Sentence("No such {what} (yet)."), Sentence("No such {what}."))
    found = recognised("No such order (yet).")
    assert found is not None
    assert (found, found.template) == ("No such order (yet).", "No such {what} (yet).")
    assert recognised("Start it.") == "Start it."
    assert recognised("start it") is None
