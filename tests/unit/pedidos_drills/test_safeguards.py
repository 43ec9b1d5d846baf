"""Every safeguard names what exists and is used, so that switching it off really switches something off."""

import ast
import re
from collections.abc import Callable
from inspect import signature
from pathlib import Path

import pytest

import pedidos
from pedidos.sentence import Sentence
from pedidos.steps import cancel, charge, expire
from pedidos.storage.orders import transitions
from pedidos.storage.sql import Sql
from pedidos_drills import mutants
from pedidos_drills.catalogue import DRILLS
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.ledger.verdict import OWN
from pedidos_drills.safeguard import SIMULATION, Safeguard, find, switched_off
from pedidos_drills.safeguards import NAMES, load, load_all
from pedidos_local.settings import PlatformSettings

SOURCE = Path(pedidos.__file__).parents[1]
INVARIANTS = {verdict.invariant for verdict in judge(Evidence([], [], [], [], [], {}, {}))} | {OWN}


def uses() -> set[str]:
    """Every name that the platform reads somewhere: as a variable, as an attribute, or by importing it."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if path.is_relative_to(SOURCE / "pedidos_drills"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
    return found


USED = uses()
CALLED_BY_A_LIBRARY = {"wait"}
"""psycopg calls it."""


@pytest.mark.parametrize("name", NAMES)
def test_what_is_replaced_exists_and_is_used(name: str) -> None:
    for place in load(name).replaced:
        _, last, original = find(place)
        assert original is not None
        assert last in USED | CALLED_BY_A_LIBRARY, place


@pytest.mark.parametrize("name", NAMES)
def test_what_is_replaced_has_a_public_name(name: str) -> None:
    """A private name may be changed without a look at who else uses it."""
    for place in load(name).replaced:
        assert not any(part.startswith("_") for part in re.split(r"[.:]", place)), place


def in_place(place: str) -> object:
    """What is in the place now: of a part of SQL, its text."""
    found = find(place)[2]
    return found.text if isinstance(found, Sql) else found


@pytest.mark.parametrize("name", NAMES)
def test_the_stand_in_is_in_place_while_the_safeguard_is_off_and_gone_afterwards(name: str) -> None:
    safeguard = load(name)
    originals = {place: in_place(place) for place in safeguard.replaced}
    with switched_off(safeguard):
        for place, stand_in in safeguard.replaced.items():
            assert in_place(place) is stand_in
            assert stand_in != originals[place]
    assert {place: in_place(place) for place in safeguard.replaced} == originals


@pytest.mark.parametrize("name", NAMES)
def test_a_stand_in_is_called_as_the_original_is(name: str) -> None:
    for place, stand_in in load(name).replaced.items():
        original = find(place)[2]
        if callable(original):
            assert parameters(stand_in) == parameters(original), place


def parameters(function: Callable[..., object]) -> list[tuple[object, str | None, bool]]:
    """Of each parameter its kind, its name where callers use that, and whether it may be left out."""
    return [
        (each.kind, each.name if each.kind is each.KEYWORD_ONLY else None, each.default is not each.empty)
        for each in signature(function).parameters.values()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_it_says_which_drill_needs_it_and_what_must_then_be_found(name: str) -> None:
    safeguard = load(name)
    assert safeguard.name == name
    assert safeguard.needs in {*DRILLS, SIMULATION}
    assert safeguard.invariant in INVARIANTS
    assert set(safeguard.alone) <= set(PlatformSettings.model_fields)
    assert bool(safeguard.alone) == bool(safeguard.why_alone)


def test_every_file_of_stand_ins_is_listed() -> None:
    files = {path.stem.replace("_", "-") for path in Path(mutants.__file__).parent.glob("*.py")} - {"--init--"}
    assert files == set(NAMES)
    assert list(load_all()) == list(NAMES)


def test_a_name_that_was_imported_by_name_is_replaced_too() -> None:
    with switched_off(load("stock-given-back")):
        stand_in = load("stock-given-back").replaced["pedidos.steps.reserve:give_back"]
        assert {vars(step)["give_back"] for step in (cancel, charge, expire)} == {stand_in}
    assert stand_in not in {vars(step)["give_back"] for step in (cancel, charge, expire)}


def test_a_safeguard_that_has_moved_is_an_error_and_not_a_drill_without_effect() -> None:
    moved = Safeguard(
        "", "", Sentence.lines([]), "", "", {"pedidos.processes.scheduler.forgotten_work:no_such_function": None}
    )
    with pytest.raises(LookupError), switched_off(moved):
        pass
    with pytest.raises(LookupError):
        find("pedidos.no_such_module:name")
    with pytest.raises(LookupError):
        load("no-such-safeguard")


def test_a_part_of_sql_that_no_statement_has_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transitions, "IN_SOURCE_STATE", Sql("status = %(source)s"))
    with pytest.raises(LookupError, match="IN_SOURCE_STATE"), switched_off(load("guarded-transition")):
        pass
