"""A safeguard that can be switched off, in a test build of the wiring: names in modules get unsafe stand-ins."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from operator import attrgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class Safeguard:
    """guards: what it is there for. off: what is done in its stead. replaced: the stand-in for each "module:name".

    needs: the drill (or SIMULATION) that needs it; invariant: what the ledger must then find broken. alone: settings
    under which nothing else makes up for it, because safeguards overlap; why_alone says what would.
    """

    name: str
    guards: str
    off: str
    needs: str
    invariant: str
    replaced: Mapping[str, Any]
    alone: Mapping[str, Any] = field(default_factory=dict)
    why_alone: str = ""


SIMULATION = "simulation"
"""In the place of a drill: the simulation of the rules needs it."""


def cut(text: str, part: str, instead: str = "") -> str:
    """The text without one part of it. Raises LookupError if the part is not there: the safeguard has moved."""
    if text.count(part) != 1:
        raise LookupError(f"{text.count(part)} times, not once: {part!r}")
    return text.replace(part, instead)


def switch_off(safeguard: Safeguard) -> list[tuple[Any, str, Any]]:
    """Puts the stand-ins in place, wherever the names have been imported to. Returns (owner, name, original) of each.

    Raises LookupError if a name does not exist.
    """
    undo = []
    for place, stand_in in safeguard.replaced.items():
        owner, name, original = find(place)
        undo.append((owner, name, original))
        setattr(owner, name, stand_in)
        for module in _loaded():
            for alias, value in list(vars(module).items()):
                if value is original:
                    undo.append((module, alias, original))
                    setattr(module, alias, stand_in)
    return undo


@contextmanager
def switched_off(safeguard: Safeguard) -> Iterator[None]:
    """Without the safeguard inside, with it again afterwards."""
    undo = switch_off(safeguard)
    try:
        yield
    finally:
        for owner, name, original in reversed(undo):
            setattr(owner, name, original)


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
    # Not the stand-ins' own modules: a stand-in that works with the original must go on finding it.
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("pedidos") and not name.startswith("pedidos_drills.mutants.")
    ]
