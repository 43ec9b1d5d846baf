"""Composes SQL statements from named parts.

Several statements share a part: the lock and the guard of a transition, for example. A part is a constant with a name.
Each statement is composed once, when its module is imported.

A safeguard in SQL is a separate part. A drill can replace it, to show that its absence is noticed
(pedidos_drills/safeguard.py).
"""

from typing import ClassVar


class Sql:
    """A statement, or a part of one. "{name}" in the template is replaced by the part with that name."""

    _all: ClassVar[list["Sql"]] = []
    """Each instance is after its parts, since they are created first."""

    def __init__(self, template: str, **parts: "Sql") -> None:
        self._template = template
        self._parts = parts
        self.text = self._composed()
        Sql._all.append(self)

    def replace(self, text: str) -> list["Sql"]:
        """Replaces the text of a part, for a drill. Returns the instances that are composed of it and have changed."""
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
