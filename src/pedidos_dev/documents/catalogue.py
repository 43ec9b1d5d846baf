"""Which documents are made, where each one lies, and what makes it."""

from collections.abc import Callable
from pathlib import Path

import orjson

from pedidos.messaging.contracts import asyncapi
from pedidos.processes.api.app import app_without_services
from pedidos.processes.api.openapi import specification
from pedidos_dev.dashboards import every_metric, overview
from pedidos_dev.documents.api_tables import tables
from pedidos_dev.documents.chart import values_schema
from pedidos_dev.documents.kafka_rights import kafka_rights
from pedidos_dev.documents.metrics import metrics_tables
from pedidos_dev.documents.privileges import privileges
from pedidos_dev.documents.safeguards import safeguards
from pedidos_dev.documents.settings import settings_table
from pedidos_dev.documents.states import states
from pedidos_local.monitoring.rules import rules

ROOT = Path(__file__).parents[3]
SCHEMA = "docs/generated/schema.md"
"""The one document that needs a database."""


def _openapi() -> str:
    return _pretty(orjson.loads(specification(app_without_services())))


def _asyncapi() -> str:
    return _pretty(asyncapi())


def _pretty(document: object) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


FROM_CODE: dict[str, Callable[[], str]] = {
    "docs/generated/states.md": states,
    "docs/generated/settings.md": settings_table,
    "docs/generated/metrics.md": metrics_tables,
    "docs/generated/safeguards.md": safeguards,
    "docs/generated/roles.md": privileges,
    "docs/generated/kafka-rights.md": kafka_rights,
    "docs/generated/asyncapi.json": _asyncapi,
    "src/pedidos/processes/api/static/openapi.json": _openapi,
    "deploy/prometheus/alerts.yml": rules,
    "deploy/grafana/overview.json": overview,
    "deploy/grafana/metrics.json": every_metric,
    "deploy/helm/pedidos/values.schema.json": lambda: _pretty(values_schema()),
    "docs/api/permissions.md": lambda: tables()["permissions.md"],
    "docs/api/problems.md": lambda: tables()["problems.md"],
}
"""Path in the checkout, and the text of the file."""


def stale(name: str, text: str) -> bool:
    """Whether the file says something else, or is missing."""
    path = ROOT / name
    return not path.exists() or path.read_text(encoding="utf-8") != text


def write(name: str, text: str) -> None:
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
