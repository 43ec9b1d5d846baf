"""What a list of charges is read by, whichever provider has it: the next page to ask for, and what a page says."""

from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from pedidos.domain.payment import idempotency_key, order_of
from pedidos.domain.reconciling import Charge

MAX_CENTS = 10**12

Parameters = tuple[tuple[str, str], ...]


class Endless(ValueError):
    """A page is not the next one: the list does not come to an end."""


class Wanted(NamedTuple):
    """A page to ask for."""

    path: str
    parameters: Parameters


class Page(NamedTuple):
    """following: the page to ask for next; None if this was the last one."""

    charges: list[Charge]
    following: Wanted | None


class Pages(Protocol):
    """How a provider lists charges. headers: of each request, besides our key."""

    headers: dict[str, str]

    def first(self, since: datetime) -> Wanted:
        """The page to begin with, of charges that were made or refunded since then."""
        ...

    def read(self, told: Any, wanted: Wanted) -> Page:
        """What the answer to the request for `wanted` says. Raises Endless, and ValueError, TypeError or KeyError if it
        is not understood."""
        ...


def order_of_ours(key: str) -> UUID | None:
    """The order whose charge has this key; None if the key is none of ours."""
    try:
        order_id = order_of(key)
    except (ValueError, IndexError):
        return None
    return order_id if key == idempotency_key(order_id) else None
