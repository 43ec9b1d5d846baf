"""Bytes that strangers sent, as text that a person can read: JSON in lines, other text as it is, or hexadecimal."""

import json
from typing import NamedTuple

import orjson

from pedidos.domain.texts import REPLACEMENT

SHOWN_BYTES = 16 * 1024
PRETTY_BYTES = 64 * 1024


class Readable(NamedTuple):
    """kind: json, text, bytes or nothing. size: of the whole, in bytes. shortened: text is not all of it."""

    kind: str
    text: str
    size: int
    shortened: bool


def readable(value: bytes | None) -> Readable:
    """The value for a page, whose template escapes it. Never raises."""
    if not value:
        return Readable("nothing", "", 0, shortened=False)
    size = len(value)
    if size <= PRETTY_BYTES and (pretty := _pretty(value)) is not None:
        return Readable("json", _visible(pretty[:SHOWN_BYTES]), size, len(pretty) > SHOWN_BYTES)
    begin, shortened = value[:SHOWN_BYTES], size > SHOWN_BYTES
    try:
        # The cut may be within a character.
        text = begin.decode("utf-8", "ignore" if shortened else "strict")
    except UnicodeDecodeError:
        return Readable("bytes", _hexadecimal(begin[:1024]), size, size > 1024)
    return Readable("text", _visible(text), size, shortened)


def _pretty(value: bytes) -> str | None:
    try:
        return json.dumps(orjson.loads(value), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):  # orjson's error is a ValueError
        return None


def _visible(text: str) -> str:
    """Without characters that are invisible or change the direction of writing."""
    return "".join(each if each.isprintable() or each in "\n\t" else REPLACEMENT for each in text)


def _hexadecimal(value: bytes) -> str:
    """Lines of 16 bytes: offset, bytes, and the characters among them."""
    lines = []
    for at in range(0, len(value), 16):
        part = value[at : at + 16]
        shown = "".join(chr(each) if 32 <= each < 127 else "·" for each in part)
        lines.append(f"{at:06x}  {part.hex(' ', 1):<47}  {shown}")
    return "\n".join(lines)
