"""Who moved an order, as each role is told.

An event names its author for operators: the instance of a worker, an account, an operator at the command line. To
customers and merchants these names mean nothing, and they tell how the platform is built.
"""

from collections.abc import Mapping
from typing import Any

from pedidos.domain.access import OF_A_MERCHANT, Role

PLATFORM = "platform"

_PEOPLE = frozenset({Role.CUSTOMER, *OF_A_MERCHANT})


def detail_for(viewer: Role, detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """The detail of an event with the author whom the viewer is told."""
    by = detail.get("by")
    if viewer is Role.OPERATOR or by is None:
        return detail
    return {**detail, "by": author_for(viewer, by)}


def author_for(viewer: Role, by: str) -> str:
    """The role of the author: customer, merchant, courier, or else platform. A merchant is told which of its accounts
    it was."""
    role = by.partition(":")[0]
    if role not in _PEOPLE:
        return PLATFORM
    return by if viewer is Role.MERCHANT and role in OF_A_MERCHANT else role
