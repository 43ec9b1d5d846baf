"""Compiles a catalogue, and keeps the result beside it as Python keeps that of its modules.

Parsing the catalogue takes 40 ms of CPU with the library for it, a third of what a short command takes in all; reading
the result takes 3 ms.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path


def compiled(source: Path, locale: str) -> bytes:
    """The catalogue in gettext's binary form (MO). Compiles it if it has changed since that was last done."""
    text = source.read_bytes()
    kept = place(source, text)
    with suppress(OSError):  # there is none yet
        return kept.read_bytes()
    made = _compile(text, locale)
    with suppress(OSError):  # the folder may be read-only, as an image's is: then each process compiles it
        _keep(kept, made)
    return made


def place(source: Path, text: bytes) -> Path:
    """Where the compiled form of this text is kept. The name says which text it is of, so that it is never stale."""
    return source.parent / "__pycache__" / f"{source.stem}.{hashlib.blake2b(text, digest_size=8).hexdigest()}.mo"


def _keep(kept: Path, made: bytes) -> None:
    """Writes the file in one step, and removes those of earlier texts."""
    kept.parent.mkdir(exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=kept.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)
    Path(name).chmod(0o644)
    Path(name).replace(kept)
    for other in kept.parent.glob(f"{kept.name.partition('.')[0]}.*.mo"):
        if other != kept:
            other.unlink(missing_ok=True)


def _compile(text: bytes, locale: str) -> bytes:
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # slow, and rarely needed
    from babel.messages.pofile import read_po  # noqa: PLC0415

    binary = BytesIO()
    write_mo(binary, read_po(BytesIO(text), locale))
    return binary.getvalue()
