"""Which documents are made, where each one lies, and what makes it."""

from collections.abc import Callable
from pathlib import Path

import orjson

from pedidos.messaging.contracts import asyncapi
from pedidos.processes.api.app import app_without_services
from pedidos.processes.api.openapi import specification
from pedidos_dev.documents.api_tables import tables
from pedidos_dev.documents.privileges import privileges
from pedidos_dev.documents.safeguards import safeguards
from pedidos_dev.documents.settings import settings_table
from pedidos_dev.documents.states import states

FOLDER = Path(__file__).parents[3] / "docs"
SCHEMA = "generated/schema.md"
"""The one document that needs a database."""


def _openapi() -> str:
    return _pretty(orjson.loads(specification(app_without_services())))


def _asyncapi() -> str:
    return _pretty(asyncapi())


def _pretty(document: object) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


FROM_CODE: dict[str, Callable[[], str]] = {
    "generated/states.md": states,
    "generated/settings.md": settings_table,
    "generated/safeguards.md": safeguards,
    "generated/roles.md": privileges,
    "generated/asyncapi.json": _asyncapi,
    "generated/openapi.json": _openapi,
    "api/permissions.md": lambda: tables()["permissions.md"],
    "api/problems.md": lambda: tables()["problems.md"],
}
"""Path below docs/, and the text of the file."""


def stale(name: str, text: str) -> bool:
    """Whether the file says something else, or is missing."""
    path = FOLDER / name
    return not path.exists() or path.read_text(encoding="utf-8") != text


def write(name: str, text: str) -> None:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
