"""Which choices an item can have, and which groups a product."""

import random
from uuid import UUID, uuid4

import pytest

from pedidos.domain.options import (
    MADE_TWICE,
    NOT_OFFERED,
    Choice,
    Group,
    NewChoice,
    NewGroup,
    chosen_of,
    faults,
    group_faults,
)

SIZES = Group(uuid4(), "Size", 1, 1, [Choice(uuid4(), "Small", 0), Choice(uuid4(), "Large", 900)])
EXTRAS = Group(
    uuid4(),
    "Extras",
    0,
    2,
    [
        Choice(uuid4(), "Olives", 200),
        Choice(uuid4(), "Onions", 0),
        Choice(uuid4(), "Egg", 150),
        Choice(uuid4(), "Truffle", 5000, available=False),
    ],
)
GROUPS = (SIZES, EXTRAS)
IDS = {choice.name: choice.id for group in GROUPS for choice in group.choices}


def chosen(*names: str) -> list[UUID]:
    return [IDS.get(name) or uuid4() for name in names]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Small",), []),
        (("Olives", "Large", "Egg"), []),
        ((), [(None, "At least 1 must be chosen of Size.")]),
        (("Olives",), [(None, "At least 1 must be chosen of Size.")]),
        (("Small", "Large"), [(1, "At most 1 can be chosen of Size.")]),
        (("Small", "Olives", "Onions", "Egg"), [(3, "At most 2 can be chosen of Extras.")]),
        (("Small", "Small"), [(1, str(MADE_TWICE))]),
        (("Small", "Truffle"), [(1, "Truffle is not available.")]),
        (("Anchovies", "Small"), [(0, str(NOT_OFFERED))]),
    ],
)
def test_what_is_wrong_with_choices_is_said_of_each(
    names: tuple[str, ...], found: list[tuple[int | None, str]]
) -> None:
    assert [(fault.choice, str(fault.reason)) for fault in faults(GROUPS, chosen(*names))] == found


def test_a_product_without_groups_has_no_choices() -> None:
    assert faults((), []) == []
    assert [str(fault.reason) for fault in faults((), [uuid4()])] == [str(NOT_OFFERED)]


def test_choices_are_found_in_the_order_of_the_groups() -> None:
    names = ["Large", "Olives", "Egg"]
    ids = chosen(*names)
    random.Random(3).shuffle(ids)
    assert [choice.name for choice in chosen_of(GROUPS, [*ids, uuid4()])] == names


def wanted(name: str, least: int, most: int, *choices: str) -> NewGroup:
    return NewGroup(name, least, most, [NewChoice(each, 100) for each in choices])


@pytest.mark.parametrize(
    ("groups", "paths"),
    [
        ([wanted("A", 0, 1, "x", "y"), wanted("B", 2, 2, "x", "y")], []),
        ([], []),
        ([wanted("A", 0, 1, "x"), wanted("A", 0, 1, "x")], [(1, "name")]),
        ([wanted("A", 2, 1, "x", "y")], [(0, "least")]),
        ([wanted("A", 2, 2, "x")], [(0, "least")]),
        ([wanted("A", 0, 1, "x", "y", "x")], [(0, "choices", 2, "name")]),
    ],
)
def test_groups_that_make_no_sense_are_named_by_their_fields(
    groups: list[NewGroup], paths: list[tuple[int | str, ...]]
) -> None:
    assert [fault.path for fault in group_faults(groups)] == paths
