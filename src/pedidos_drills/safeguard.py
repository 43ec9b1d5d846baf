"""A safeguard that can be switched off in a test: names in modules are replaced by unsafe stand-ins."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from operator import attrgetter
from typing import Any

from pedidos.sentence import Sentence
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class Safeguard:
    """guards: what it is there for. off: what is done in its stead. replaced: the stand-in for each "module:name". The
    stand-in for a part of SQL is another text.

    needs: the drill (or SIMULATION) that needs it; invariant: what the ledger must then find broken. alone: settings
    under which nothing else makes up for it, because safeguards overlap; why_alone says what would.
    """

    name: str
    guards: str
    off: Sentence
    needs: str
    invariant: str
    replaced: Mapping[str, Any]
    alone: Mapping[str, Any] = field(default_factory=dict)
    why_alone: str = ""


SIMULATION = "simulation"
"""Used instead of a drill: the simulation of the rules needs the safeguard."""


def switch_off(safeguard: Safeguard) -> list[Callable[[], object]]:
    """Installs the stand-ins. Returns the functions that undo this, last first.

    Raises LookupError if a name does not exist, or if no statement is composed of a part of SQL.
    """
    undo: list[Callable[[], object]] = []
    for place, stand_in in safeguard.replaced.items():
        owner, name, original = find(place)
        if isinstance(original, Sql):
            undo.append(partial(original.replace, original.text))
            if not original.replace(stand_in):
                raise LookupError(f"No statement changes with {place}.")
        else:
            undo += _substitute(owner, name, original, stand_in)
    return undo[::-1]


def _substitute(owner: Any, name: str, original: Any, stand_in: Any) -> list[Callable[[], object]]:
    """Installs the stand-in wherever the name has been imported."""
    places = [(owner, name)]
    places += [
        (module, alias) for module in _loaded() for alias, value in list(vars(module).items()) if value is original
    ]
    for holder, alias in places:
        setattr(holder, alias, stand_in)
    return [partial(setattr, holder, alias, original) for holder, alias in places]


@contextmanager
def switched_off(safeguard: Safeguard) -> Iterator[None]:
    """The safeguard is off inside the context, and on again afterwards."""
    undo = switch_off(safeguard)
    try:
        yield
    finally:
        for step in undo:
            step()


def find(place: str) -> tuple[Any, str, Any]:
    """Who holds the name, the name's last part, and what it stands for. Raises LookupError if there is no such name."""
    module_name, _, path = place.partition(":")
    *parents, name = path.split(".")
    try:
        module = import_module(module_name)
        owner = attrgetter(".".join(parents))(module) if parents else module
        return owner, name, vars(owner)[name]
    except (ImportError, AttributeError, KeyError) as error:
        raise LookupError(place) from error


def _loaded() -> list[Any]:
    # Not the stand-ins' own modules: a stand-in that uses the original must still find it.
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("pedidos") and not name.startswith("pedidos_drills.mutants.")
    ]
