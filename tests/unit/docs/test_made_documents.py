"""The documents that are generated from the code are up to date."""

import pytest

from pedidos.domain.order import TRANSITIONS
from pedidos_dev.documents.catalogue import FROM_CODE, stale
from pedidos_dev.documents.states import states


@pytest.mark.parametrize("name", FROM_CODE)
def test_the_document_is_up_to_date(name: str) -> None:
    assert not stale(name, FROM_CODE[name]()), "run ./pedidos docs to write it again"


def test_the_diagram_shows_every_move_once() -> None:
    arrows = [line for line in states().splitlines() if " --> " in line and "[*]" not in line]
    moves = [(source, target) for source, targets in TRANSITIONS.items() for target in targets]
    assert [tuple(line.partition(":")[0].strip().split(" --> ")) for line in arrows] == moves


def test_a_document_that_says_something_else_is_stale() -> None:
    assert stale("docs/generated/states.md", states() + "more\n")
    assert stale("docs/generated/no-such-file.md", "")
