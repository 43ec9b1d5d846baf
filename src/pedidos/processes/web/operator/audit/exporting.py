"""The entries of the audit log that match, as a file: CSV for a spreadsheet, or JSON lines for a program."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from io import StringIO
from typing import Any

import orjson
from flask import Blueprint, Response, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.operator.audit.filters import Shown
from pedidos.processes.web.services import services
from pedidos.processes.web.zones import zone
from pedidos.storage.audit_log import searching, writing
from pedidos.storage.audit_log.reading import Logged

MOST_EXPORTED = 100_000
"""Entries of one file, the oldest that match. `pedidos audit export` has no limit."""

COLUMNS = tuple(Logged.__dataclass_fields__)

pages = Blueprint("audit_export", __name__, url_prefix="/operator/audit")


@pages.get("/export.csv")
@allow(Role.OPERATOR)
def as_csv() -> Response:
    """Comma-separated, with a line of names first."""
    return _file(_csv(_entries("csv")), "text/csv; charset=utf-8", "audit.csv")


@pages.get("/export.jsonl")
@allow(Role.OPERATOR)
def as_json_lines() -> Response:
    """One JSON object per line."""
    lines = (orjson.dumps(asdict(entry)).decode() + "\n" for entry in _entries("jsonl"))
    return _file(lines, "application/jsonl", "audit.jsonl")


def _entries(kind: str) -> Iterator[Logged]:
    """The entries that match the address. The export is noted before the first one is sent."""
    engine = services().engine
    wanted = Shown.of(request.args).search(engine, zone())
    about = {name: str(value) for name, value in asdict(wanted).items() if value is not None}
    writing.record(engine, Entry(Action.AUDIT_EXPORTED, who(), detail={"format": kind, **about}))
    return searching.oldest_first(engine, wanted, MOST_EXPORTED)


def _csv(entries: Iterable[Logged]) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([_cell(getattr(entry, name)) for name in COLUMNS])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any) -> str:
    """A value that a spreadsheet shows, and never computes (CWE-1236)."""
    if value is None:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _file(lines: Iterable[str], kind: str, name: str) -> Response:
    return Response(lines, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
