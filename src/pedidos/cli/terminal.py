"""Makes output printable on every terminal: replaces characters that its encoding lacks with similar ones."""

import codecs
import io
import locale
import os
import sys
import unicodedata

NEAREST = "pedidos.nearest"
"""Name of the error handler."""

ASCII = "pedidos-ascii"
"""ASCII under a name that Typer does not know. If it knows the name, its echo() writes UTF-8 all the same."""

_SIGNS = {
    "✓": "+",
    "✗": "x",
    "■": "#",
    "·": "-",
    "→": "->",
    "←": "<-",
    "×": "x",
    "–": "-",
    "—": "--",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "≤": "<=",
    "≥": ">=",
    "─": "-",
    "█": "#",
    "│": "|",
}


def make_printable() -> None:
    """Makes standard output and standard error accept any text. To be called once, before anything is printed."""
    codecs.register_error(NEAREST, _replace)
    codecs.register(_find_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not None, and not a test's replacement
            stream.reconfigure(encoding=_encoding(stream), errors=NEAREST)


def nearest(sign: str) -> str:
    """The character in ASCII: its replacement in _SIGNS, the letter without its accent, or a question mark."""
    if sign in _SIGNS:
        return _SIGNS[sign]
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return plain or "?"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(nearest(sign) for sign in error.object[error.start : error.end]), error.end


def _find_ascii(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != ASCII:
        return None
    known = codecs.lookup("ascii")
    return codecs.CodecInfo(
        *(known.encode, known.decode, known.streamreader, known.streamwriter),
        *(known.incrementalencoder, known.incrementaldecoder),
        name=ASCII,
    )


def _encoding(stream: io.TextIOWrapper) -> str:
    """The encoding of the terminal. In UTF-8 mode, Python assumes UTF-8, even if the locale has another encoding.

    A locale without an encoding (C, POSIX) counts as UTF-8, as in Python (PEP 540).
    """
    said = locale.getencoding()
    if not sys.flags.utf8_mode or os.environ.get("PYTHONIOENCODING") or _is_ascii(said):
        return ASCII if _is_ascii(stream.encoding) else stream.encoding
    return said


def _is_ascii(encoding: str) -> bool:
    return codecs.lookup(encoding).name == "ascii"
