"""All experiments, by name: those on the running platform first, then the drills."""

from pedidos_classroom.experiments import cards, drill_cards
from pedidos_classroom.experiments.card import Card
from pedidos_classroom.lessons.catalogue import LESSONS

CARDS: dict[str, Card] = {card.name: card for card in (*cards.CARDS, *drill_cards.CARDS)}
"""Those of the page on which things are broken."""

EXPERIMENTS: dict[str, Card] = CARDS | {card.name: card for lesson in LESSONS.values() for card in lesson.cards}
"""These, and those of the lessons."""
