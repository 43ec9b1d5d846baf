"""Options of products in responses: the groups of a product, and what an order has of them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pydantic import Field

from pedidos.domain.options import Chosen, Group
from pedidos.processes.api.resource import Answer


class ChoiceAnswer(Answer):
    """A choice of a group"""

    id: UUID
    name: str
    price_cents: int = Field(description="Added to the price of the product.")
    available: bool
    sold_out_until: datetime | None = Field(description="Null unless it is sold out today.")


class GroupAnswer(Answer):
    """A group of choices of a product"""

    id: UUID
    name: str
    least: int = Field(description="How many of them an item has at least.")
    most: int = Field(description="How many of them an item has at most.")
    choices: list[ChoiceAnswer]


class ChosenAnswer(Answer):
    """A choice of an item, with the names and the price that it had when the order was placed"""

    id: UUID
    group: str
    name: str
    price_cents: int


def group_answers(groups: Iterable[Group]) -> list[GroupAnswer]:
    """The groups in a response."""
    return [
        GroupAnswer(
            id=group.id,
            name=group.name,
            least=group.least,
            most=group.most,
            choices=[
                ChoiceAnswer(
                    id=choice.id,
                    name=choice.name,
                    price_cents=choice.price_cents,
                    available=choice.available,
                    sold_out_until=choice.sold_out_until,
                )
                for choice in group.choices
            ],
        )
        for group in groups
    ]


def chosen_answers(chosen: Iterable[Chosen]) -> list[ChosenAnswer]:
    """The choices of an item in a response."""
    return [ChosenAnswer(id=each.id, group=each.group, name=each.name, price_cents=each.price_cents) for each in chosen]
