"""Options of a product: groups of choices, each with a price that is added to that of the product.

storage/pricing/options.py decides in SQL, in the statement that places the order, whether the choices of an item can be
made, and what they cost. `faults` says afterwards what is wrong with those that it refused.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from pedidos.sentence import Sentence

MOST_GROUPS = 10
"""Groups of a product."""
MOST_CHOICES = 30
"""Choices of a group."""
MOST_CHOSEN = 20
"""Choices of an item of an order."""

Choices = Mapping[int, Sequence[UUID]]
"""The ids of the choices of an order's items, by the index of the item; items without choices are left out."""

NO_CHOICES: Choices = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Choice:
    """price_cents: added to the price of the product; may be 0. available: whether it can be ordered. sold_out_until:
    the end of the shop's day, if it is sold out today."""

    id: UUID
    name: str
    price_cents: int
    available: bool = True
    sold_out_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """least, most: how many of its choices an item has."""

    id: UUID
    name: str
    least: int
    most: int
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of an item, with the names and the price that it had when the order was placed."""

    id: UUID
    group: str
    name: str
    price_cents: int


class NewChoice(NamedTuple):
    """A choice as its merchant wants it."""

    name: str
    price_cents: int
    available: bool = True


class NewGroup(NamedTuple):
    """A group as its merchant wants it."""

    name: str
    least: int
    most: int
    choices: Sequence[NewChoice]


class Fault(NamedTuple):
    """What is wrong with the choices of an item. choice: its index among them; None: too few were chosen."""

    choice: int | None
    reason: Sentence


NOT_OFFERED = Sentence("The product has no such choice.")
NOT_AVAILABLE = Sentence("{name} is not available.")
MADE_TWICE = Sentence("Each choice can be made once.")
TOO_MANY = Sentence("At most {most} can be chosen of {group}.")
TOO_FEW = Sentence("At least {least} must be chosen of {group}.")


def faults(groups: Sequence[Group], chosen: Sequence[UUID]) -> list[Fault]:
    """Why an item of a product with these groups cannot have these choices; empty if it can."""
    offered = {choice.id: (group, choice) for group in groups for choice in group.choices}
    found = []
    per_group: Counter[UUID] = Counter()
    for index, choice_id in enumerate(chosen):
        if choice_id not in offered:
            found.append(Fault(index, NOT_OFFERED))
            continue
        group, choice = offered[choice_id]
        per_group[group.id] += 1
        if choice_id in chosen[:index]:
            found.append(Fault(index, MADE_TWICE))
        elif not choice.available:
            found.append(Fault(index, NOT_AVAILABLE.filled(name=choice.name)))
        elif per_group[group.id] > group.most:
            found.append(Fault(index, TOO_MANY.filled(most=group.most, group=group.name)))
    for group in groups:
        if per_group[group.id] < group.least:
            found.append(Fault(None, TOO_FEW.filled(least=group.least, group=group.name)))
    return found


class GroupFault(NamedTuple):
    """What is wrong with groups that a merchant wants: the path of the field, such as (0, "choices", 1, "name")."""

    path: tuple[int | str, ...]
    reason: Sentence


NAME_TAKEN = Sentence("Another one here has this name.")
LEAST_ABOVE_MOST = Sentence("Must not be more than most.")
MORE_THAN_THERE_ARE = Sentence("There are only {number} choices.")


def group_faults(groups: Sequence[NewGroup]) -> list[GroupFault]:
    """Why a product cannot have these groups; empty if it can."""
    found = []
    for number, group in enumerate(groups):
        if any(group.name == other.name for other in groups[:number]):
            found.append(GroupFault((number, "name"), NAME_TAKEN))
        if group.least > group.most:
            found.append(GroupFault((number, "least"), LEAST_ABOVE_MOST))
        elif group.least > len(group.choices):
            found.append(GroupFault((number, "least"), MORE_THAN_THERE_ARE.filled(number=len(group.choices))))
        names = [choice.name for choice in group.choices]
        found += [
            GroupFault((number, "choices", position, "name"), NAME_TAKEN)
            for position, name in enumerate(names)
            if name in names[:position]
        ]
    return found


def chosen_of(groups: Iterable[Group], chosen: Iterable[UUID]) -> list[Choice]:
    """The choices with these ids, in the order of the groups; those that the product does not have are left out."""
    wanted = set(chosen)
    return [choice for group in groups for choice in group.choices if choice.id in wanted]
