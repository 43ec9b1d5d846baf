"""Cursors of lists: where the next page begins. They are opaque to clients."""

import base64
from collections.abc import Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import Field

from pedidos.http.invalid_values import form
from pedidos.sentence import Sentence

T = TypeVar("T")

_FORM = form(r"^[A-Za-z0-9_-]{22}$", Sentence("Must be the next_cursor of the previous page."))
Cursor = Annotated[str, Field(pattern=_FORM, description="next_cursor of the previous page.")]
Limit = Annotated[int, Field(ge=1, le=100, description="Maximum number of items on the page.")]


def decode(cursor: str | None) -> UUID | None:
    """The id after which the page begins. Every text of the pattern stands for one."""
    return UUID(bytes=base64.urlsafe_b64decode(cursor + "==")) if cursor else None


def encode(last_id: UUID) -> str:
    return base64.urlsafe_b64encode(last_id.bytes).decode().rstrip("=")


def split(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """The page out of a search for limit + 1, and whether there is more."""
    return found[:limit], len(found) > limit
