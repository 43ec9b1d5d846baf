"""Cleans texts from others, so that they can be stored and shown."""

import unicodedata

UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of Unicode: control characters, among them NUL, which PostgreSQL cannot store; invisible characters, such
as those that change the writing direction; halves of a surrogate pair; separators of lines and paragraphs."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, most: int) -> str:
    """The text in one line, truncated to `most` characters; characters that cannot be stored or shown are replaced."""
    text = text[:most]
    if text.isprintable():
        return text
    return "".join(REPLACEMENT if unicodedata.category(each) in UNFIT else each for each in text)
