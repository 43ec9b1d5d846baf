"""Structured logs: one JSON object per line on standard output. Logging never raises and never blocks for long."""

import io
import json
import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
import structlog

from pedidos.logs.lines import Lines, Text, unblocked
from pedidos.logs.shortening import LONG_LINE, shortened
from pedidos.settings.groups.process import LogSettings


class Logger:
    """structlog's final logger: every method writes a finished line."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def msg(self, line: bytes) -> None:
        self._lines.write(line + b"\n")

    debug = info = warning = error = critical = exception = msg


class Handler(logging.Handler):
    """The same for the standard library's loggers."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001  # a message whose arguments do not fit, or cannot be shown
            line = _as_text({"event": "a line could not be made", "logger": record.name, "reason": repr(error)})
        self._lines.write(line.encode("utf-8", "backslashreplace") + b"\n")


def add_trace(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line about an order has its trace id too: its id, as a collector writes it."""
    order_id = line.get("order_id")
    if order_id is not None:
        line["trace_id"] = str(order_id).replace("-", "")
    return line


def configure(settings: LogSettings, process: str) -> None:
    """Sets up structlog, and routes the standard library's loggers, print() and tracebacks through it.

    process is in every line.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    lines = _output(process)

    def add_process(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["process"] = process
        return line

    shared: list[structlog.types.Processor] = [
        add_process,
        add_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_as_bytes)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: Logger(lines),
        cache_logger_on_first_use=True,
    )
    handler = Handler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processor=structlog.processors.JSONRenderer(serializer=_as_text),
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def _output(process: str) -> Lines:
    """Standard output, if there is one; from now on print() and tracebacks use the same lines."""
    standard = sys.__stdout__
    descriptor = None if standard is None else standard.fileno()
    for output in (standard, sys.__stderr__):
        if output is not None:
            unblocked(output.fileno())
    lines = Lines(descriptor, lambda lost, reason: _lost(process, lost, reason))
    if standard is not None:
        sys.stdout = _text(lines, standard)
    if sys.__stderr__ is not None:
        sys.stderr = _text(lines, sys.__stderr__)
    return lines


def _text(lines: Lines, output: TextIO) -> TextIO:
    raw = Text(lines, output.fileno())
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)  # type: ignore[type-var]  # raw will do


def _lost(process: str, lost: int, reason: str) -> bytes:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"lines": lost, "reason": reason, "event": "log lines lost", "process": process, "level": "warning"}
    return orjson.dumps({**line, "timestamp": now}) + b"\n"


def _as_bytes(value: object, **_: object) -> bytes:
    line = _dumped(value)
    return line if len(line) <= LONG_LINE else _dumped(shortened(value))


def _dumped(value: object) -> bytes:
    with suppress(TypeError):  # a lone surrogate, a number of more than 64 bits, a value that cannot be shown
        return orjson.dumps(value, default=str)
    try:
        return json.dumps(value, default=_shown, ensure_ascii=False).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        return orjson.dumps({"event": "a line could not be made", "reason": repr(error)})


def _as_text(value: object, **_: object) -> str:
    return _as_bytes(value).decode()


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001  # whatever its author thought of
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
