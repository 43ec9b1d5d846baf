"""A card of the page: what an experiment breaks, what to predict, and how it is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedidos_classroom.control import Act
from pedidos_classroom.words import Both


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to the question of a card. name: in forms and in the audit log."""

    name: str
    text: Both


@dataclass(frozen=True, slots=True)
class Step:
    """A fault on the running platform."""

    act: Act
    target: str
    seconds: float
    detail: Mapping[str, object] = field(default_factory=dict)


THEN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Card:
    """breaks: what is broken. weak: what a weak design does. right: the name of the choice that is so.

    What is carried out is one of four. step: a fault on the running platform; then: another one, caused THEN_SECONDS
    after the first has begun; tokens: how the customers pay meanwhile; recovers_within: seconds after the fault in
    which every order accepted by then comes to its end. drill: a drill, on a platform of its own. without: a safeguard,
    without which the drill that needs it is run. measure: a module of `measures`.

    plots: whether figures are told each second.
    """

    name: str
    title: Both
    breaks: Both
    weak: Both
    question: Both
    choices: tuple[Choice, ...]
    right: str
    step: Step | None = None
    tokens: tuple[str, ...] = ("tok_ok",)
    recovers_within: float = 60.0
    then: Step | None = None
    drill: str | None = None
    without: str | None = None
    measure: str | None = None
    plots: bool = True

    @property
    def owner(self) -> str:
        """Who holds the faults of its experiment."""
        return f"experiment {self.name}"

    def choice(self, name: str) -> Choice | None:
        return next((each for each in self.choices if each.name == name), None)


FATES = (
    Choice("lost", Both("They are lost", "Somem")),
    Choice("once", Both("They wait, and end once", "Esperam e terminam uma só vez")),
    Choice("twice", Both("Some are charged twice", "Alguns são cobrados duas vezes")),
    Choice("refused", Both("New ones are refused", "Os novos são recusados")),
)
"""The usual answers to: what happens to the orders?"""

FATE = Both("What happens to the orders meanwhile?", "O que acontece com os pedidos nesse meio-tempo?")
