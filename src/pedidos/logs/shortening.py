"""Shortens long log lines: a stranger chooses paths and headers, and must not fill the disk with them."""

from collections.abc import Mapping

LONG_LINE = 2048
"""Bytes of a line that is written as it is."""

MAX_TEXT = 200
MAX_TRACEBACK = 8000
"""Characters of a text in a longer line. Of a traceback, the last ones tell most."""

TRACEBACK = "exception"


def shortened(line: object) -> object:
    """A line with its long texts cut. Values that are not texts become texts if they are long."""
    if not isinstance(line, Mapping):
        return _cut(line)
    return {name: _end(value) if name == TRACEBACK else _cut(value) for name, value in line.items()}


def _cut(value: object) -> object:
    text = value if isinstance(value, str) else str(value)
    return f"{text[:MAX_TEXT]}… ({len(text)} characters)" if len(text) > MAX_TEXT else value


def _end(value: object) -> object:
    text = str(value)
    return f"({len(text)} characters) …{text[-MAX_TRACEBACK:]}" if len(text) > MAX_TRACEBACK else value
