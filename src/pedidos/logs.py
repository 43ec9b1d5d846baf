"""Structured logs: one JSON object a line on standard output."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from pedidos.settings import Settings


def configure(settings: Settings, process: str) -> None:
    """Sets up structlog, and sends the standard library's loggers the same way. process is in every line."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]

    def add_process(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["process"] = process
        return line

    shared: list[structlog.types.Processor] = [
        add_process,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_to_bytes)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processor=structlog.processors.JSONRenderer(serializer=_to_text),
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def _to_bytes(value: object, **_: object) -> bytes:
    return orjson.dumps(value, default=str)


def _to_text(value: object, **_: object) -> str:
    return _to_bytes(value).decode()
