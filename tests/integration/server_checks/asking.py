"""The types of this folder's fixtures."""

from collections.abc import Callable
from typing import Protocol


class Flaws(Protocol):
    """Each flaw of a server as a line; those that the platform cannot live with begin with an exclamation mark."""

    def __call__(self, name: str, **settings: object) -> list[str]: ...


Maker = Callable[[str], str]
"""Makes a database or a role with these options, and returns the address."""
