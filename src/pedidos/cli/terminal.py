"""What is printed reaches every terminal: a sign that its encoding does not have is replaced by the nearest one."""

import codecs
import io
import locale
import os
import sys
import unicodedata

NEAREST = "pedidos.nearest"
"""Name of the error handler."""

ASCII = "pedidos-ascii"
"""ASCII under a name that Typer does not know: for one that it knows, its echo() writes UTF-8 even so."""

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
    """Has standard output and standard error take every text. Called once, before anything is printed."""
    codecs.register_error(NEAREST, _replace)
    codecs.register(_find_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not None, and not what a test puts there
            stream.reconfigure(encoding=_encoding(stream), errors=NEAREST)


def nearest(sign: str) -> str:
    """The sign in ASCII: without its accent, as its name in _SIGNS, or a question mark."""
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
    """Of the terminal. In UTF-8 mode, Python believes that it is UTF-8, though the locale may say something else.

    A locale that says nothing (C, POSIX) is taken for UTF-8, as Python does (PEP 540).
    """
    said = locale.getencoding()
    if not sys.flags.utf8_mode or os.environ.get("PYTHONIOENCODING") or _is_ascii(said):
        return ASCII if _is_ascii(stream.encoding) else stream.encoding
    return said


def _is_ascii(encoding: str) -> bool:
    return codecs.lookup(encoding).name == "ascii"
