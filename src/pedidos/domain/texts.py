"""Texts that others have written, made fit to be kept and shown."""

import unicodedata

UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of Unicode: control characters, among them the NUL that PostgreSQL keeps in no text; invisible ones, such
as those that turn the direction of writing; halves of a pair; separators of lines and paragraphs."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, most: int) -> str:
    """The text in one line, cut to `most` characters; characters that are unfit to be kept or shown are replaced."""
    text = text[:most]
    if text.isprintable():
        return text
    return "".join(REPLACEMENT if unicodedata.category(each) in UNFIT else each for each in text)
