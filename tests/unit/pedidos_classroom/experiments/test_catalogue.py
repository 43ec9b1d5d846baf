"""The cards: complete in both languages, possible on a platform, and every drill has one."""

import pytest

from pedidos_classroom.experiments.card import Card
from pedidos_classroom.experiments.catalogue import CARDS, EXPERIMENTS
from pedidos_classroom.experiments.drill_cards import PREFIX
from pedidos_classroom.words import Both
from pedidos_drills.catalogue import DRILLS
from pedidos_gateway.tokens import behaviour
from pedidos_local.faults.experiment import NAME, PREDICTION
from pedidos_local.faults.wish import check_kind, parsed

EVERY = pytest.mark.parametrize("card", EXPERIMENTS.values(), ids=EXPERIMENTS)


def texts(card: Card) -> list[Both]:
    return [card.title, card.breaks, card.weak, card.question, *(choice.text for choice in card.choices)]


@EVERY
def test_a_card_has_both_languages(card: Card) -> None:
    for text in texts(card):
        assert text.en
        assert text.pt
        assert text.en != text.pt


@EVERY
def test_one_of_its_choices_is_right(card: Card) -> None:
    names = [choice.name for choice in card.choices]
    assert len(set(names)) == len(names) >= 3
    assert card.right in names
    assert NAME.fullmatch(card.name)
    assert all(PREDICTION.fullmatch(name) for name in names)


@EVERY
def test_the_supervisor_accepts_what_it_breaks(card: Card) -> None:
    for step in filter(None, (card.step, card.then)):
        request = {"act": step.act, "target": step.target, "seconds": step.seconds, "detail": dict(step.detail)}
        parsed({**request, "owner": "a test", "by": "a test"})
        check_kind(step.act, step.target.partition("-")[0])
    assert all(behaviour(token) for token in card.tokens)


def test_every_drill_has_a_card_with_its_sentences() -> None:
    cards = {name.removeprefix(PREFIX): card for name, card in CARDS.items() if card.step is None}
    assert cards.keys() == DRILLS.keys()
    for name, drill in DRILLS.items():
        assert (cards[name].breaks.en, cards[name].weak.en) == (drill.breaks, drill.weak)
