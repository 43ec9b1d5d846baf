"""Statements out of named parts.

Several statements share a part: the lock and the guard of a transition, for example. A part is a constant with a name,
and each statement is composed once, when its module is imported.

A safeguard that is SQL is a part of its own, so that a drill can run without it and see that this is noticed; see
pedidos_drills/safeguard.py.
"""

from typing import ClassVar


class Sql:
    """A statement, or a part of one. "{name}" in the template stands for the part that is given under this name."""

    _all: ClassVar[list["Sql"]] = []
    """Each after its parts, since they are made first."""

    def __init__(self, template: str, **parts: "Sql") -> None:
        self._template = template
        self._parts = parts
        self.text = self._composed()
        Sql._all.append(self)

    def replace(self, text: str) -> list["Sql"]:
        """Gives a part another text, for a drill. Returns what is composed of it and has changed with it."""
        if self._parts:
            raise ValueError("Replace one of its parts: this text is composed of them.")
        changed = []
        self.text = self._template = text
        for each in Sql._all:
            if each.text != (composed := each._composed()):
                each.text = composed
                changed.append(each)
        return changed

    def _composed(self) -> str:
        return self._template.format(**{name: part.text for name, part in self._parts.items()})
