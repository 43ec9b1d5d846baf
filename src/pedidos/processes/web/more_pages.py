"""Pages of packages that stand beside the product, which the product does not know."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import Blueprint

from pedidos.domain.access import Role
from pedidos.processes.web.layout import Entry


class MorePages(NamedTuple):
    """menu: the entries that they add to the menu of each kind of person, and of someone who is not signed in."""

    blueprints: Sequence[Blueprint]
    menu: Mapping[Role | None, Sequence[Entry]]


NO_MORE = MorePages((), {})
