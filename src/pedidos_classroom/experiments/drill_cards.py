"""The drills as cards, each on a platform of its own."""

import tomllib
from pathlib import Path

from pedidos_classroom.experiments.card import Card, Choice
from pedidos_classroom.words import Both

PREFIX = "drill-"
"""Before the name of the drill: the running platform has experiments of the same names."""

TEXTS = Path(__file__).with_name("drills.toml")

_QUESTION = Both("What will the ledger say?", "O que vai dizer o livro-razão?")
_CHOICES = (
    Choice("holds", Both("Everything holds", "Tudo confere")),
    Choice("lost", Both("Something is lost", "Algo se perde")),
    Choice("twice", Both("Something is done twice", "Algo é feito duas vezes")),
    Choice("hangs", Both("Customers wait without an answer", "Clientes esperam sem resposta")),
)

CARDS = tuple(
    Card(
        f"{PREFIX}{name}",
        Both(**texts["title"]),
        Both(**texts["breaks"]),
        Both(**texts["weak"]),
        _QUESTION,
        _CHOICES,
        "holds",
        drill=name,
    )
    for name, texts in tomllib.loads(TEXTS.read_text("utf-8")).items()
)
