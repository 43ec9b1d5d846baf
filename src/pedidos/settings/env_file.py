"""Reads platform.env: NAME='value' lines. Values are literal, including ${…}, which a password may contain."""

from pathlib import Path

from dotenv.parser import parse_stream

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence


class Damaged(Misconfigured):
    """The file is not as `up` wrote it. The message says what to do."""


def read(path: Path) -> dict[str, str]:
    """The variables in the file; none if there is no file. Raises Damaged."""
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise _damaged(path) from None
    if any(line.error or (line.key and line.value is None) or "\0" in line.original.string for line in lines):
        raise _damaged(path)
    return {line.key: line.value or "" for line in lines if line.key is not None}


def _damaged(path: Path) -> Damaged:
    return Damaged(Sentence("{path} is damaged. `./pedidos down`, then `./pedidos up` writes it again.", path=path))
