"""Explains why a body is not JSON, if its bytes show more than the parser's message."""

import codecs
import re

from pedidos.sentence import Sentence

_UTF_32 = Sentence("The body is UTF-32. Send it as UTF-8.")
_UTF_16 = Sentence("The body is UTF-16. Send it as UTF-8.")

_PLACE = re.compile(r"at line (\d+) column (\d+)$")
"""The end of a message of pydantic's parser."""

_MARKS = {
    # Longest first: a byte order mark of UTF-32 begins with one of UTF-16.
    codecs.BOM_UTF32_LE: _UTF_32,
    codecs.BOM_UTF32_BE: _UTF_32,
    codecs.BOM_UTF16_LE: _UTF_16,
    codecs.BOM_UTF16_BE: _UTF_16,
    codecs.BOM_UTF8: Sentence("A byte order mark (U+FEFF) precedes the JSON. Send the body without it."),
    b"\x1f\x8b": Sentence("The body is compressed with gzip. Send it uncompressed."),
}


def why(data: bytes, said: str) -> Sentence:
    """The message for the client. said: that of the parser. JSON is UTF-8 without a byte order mark (RFC 8259, 8.1)."""
    for mark, reason in _MARKS.items():
        if data.startswith(mark):
            return reason
    if b"\x00" in data[:4]:  # in UTF-16 and UTF-32 without a mark, they are between ASCII characters
        return Sentence("The body has zero bytes where JSON begins: it may be UTF-16. Send it as UTF-8.")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return Sentence("The body is not UTF-8: byte {number} is not valid.", number=error.start)
    return _of_parser(said) if data.strip() else Sentence("The body is empty. Send JSON.")


def _of_parser(said: str) -> Sentence:
    place = _PLACE.search(said)
    if place is None:
        return Sentence("The body is not JSON.")
    line, column = place.groups()
    if "EOF" in said:
        return Sentence(
            "The body ends before its JSON does, at line {line}, column {column}.", line=line, column=column
        )
    if "recursion limit" in said:
        return Sentence("The JSON is nested too deeply: line {line}, column {column}.", line=line, column=column)
    return Sentence("The body is not JSON: see line {line}, column {column}.", line=line, column=column)
