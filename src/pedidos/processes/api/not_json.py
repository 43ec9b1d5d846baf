"""Explains why a body is not JSON, if its bytes show more than the parser's message."""

import codecs

_MARKS = {
    # Longest first: a byte order mark of UTF-32 begins with one of UTF-16.
    codecs.BOM_UTF32_LE: "The body is UTF-32. Send it as UTF-8.",
    codecs.BOM_UTF32_BE: "The body is UTF-32. Send it as UTF-8.",
    codecs.BOM_UTF16_LE: "The body is UTF-16. Send it as UTF-8.",
    codecs.BOM_UTF16_BE: "The body is UTF-16. Send it as UTF-8.",
    codecs.BOM_UTF8: "A byte order mark (U+FEFF) precedes the JSON. Send the body without it.",
    b"\x1f\x8b": "The body is compressed with gzip. Send it uncompressed.",
}


def why(data: bytes, said: str) -> str:
    """The message for the client. said: that of the parser. JSON is UTF-8 without a byte order mark (RFC 8259, 8.1)."""
    for mark, reason in _MARKS.items():
        if data.startswith(mark):
            return reason
    if b"\x00" in data[:4]:  # in UTF-16 and UTF-32 without a mark, they are between ASCII characters
        return "The body has zero bytes where JSON begins: it may be UTF-16. Send it as UTF-8."
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return f"The body is not UTF-8: byte {error.start} is not valid."
    return said
