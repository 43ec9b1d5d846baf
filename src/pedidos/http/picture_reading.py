"""Makes of a file that a client sent the picture that is kept: checked, small, and without metadata.

A decoder of pictures is C code that reads what a stranger wrote. So only three formats are opened, of a limited number
of bytes and pixels, and one at a time in each process.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

from PIL import ImageOps
from PIL.Image import Image, Resampling
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from pedidos.domain.picture import (
    LONGEST_SIDE,
    MOST_KEPT_BYTES,
    NO_PICTURE,
    NOT_READABLE,
    TOO_DETAILED,
    Format,
    Picture,
    format_of,
    too_many_pixels,
    why_not,
)
from pedidos.errors import PedidosError
from pedidos.http.work_pool import WorkPool
from pedidos.sentence import Sentence

THREADS = 1

# The formats are opened by name: PIL.Image.open would try those that are not taken too.
_OPENERS: Mapping[Format, Callable[[BytesIO], ImageFile]] = MappingProxyType(
    {Format.PNG: PngImageFile, Format.JPEG: JpegImageFile, Format.WEBP: WebPImageFile}
)

_STEPS = ((LONGEST_SIDE, 80), (LONGEST_SIDE, 60), (LONGEST_SIDE, 40), (560, 50), (400, 40), (200, 40))
"""Longest side and quality: the first one whose file is small enough is kept."""

_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    EOFError,
    struct.error,
    zlib.error,
)
"""What the decoders raise about a file that is broken: a chunk is missing, too long or of nonsense."""


class Unfit(PedidosError):
    """The file is no picture that can be kept. reason: for the person who sent it."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


class PicturePool(WorkPool):
    """Reads pictures, one at a time: one takes up to 100 MiB and half a second of a core."""

    def __init__(self) -> None:
        super().__init__("pictures", THREADS)

    def read(self, data: bytes) -> Picture:
        """The picture to keep. Raises Unfit, and problems.Busy."""
        reason = why_not(data)  # needs no thread
        if reason is not None:
            raise Unfit(reason)
        return self.run(kept, data)


def kept(data: bytes) -> Picture:
    """The picture to keep of a file to which why_not objects nothing. Raises Unfit."""
    kind = format_of(data)
    if kind is None:
        raise Unfit(NO_PICTURE)
    try:
        with _OPENERS[kind](BytesIO(data)) as opened:
            reason = too_many_pixels(kind, opened.width, opened.height)
            if reason is not None:
                raise Unfit(reason)
            small = _upright(opened)
    except _UNREADABLE as error:
        raise Unfit(NOT_READABLE) from error
    for side, quality in _STEPS:
        content, size = _encoded(small, side, quality)
        if len(content) <= MOST_KEPT_BYTES:
            return Picture(content, *size)
    raise Unfit(TOO_DETAILED)


def _upright(opened: ImageFile) -> Image:
    """The first frame, small, as its camera was held, in RGB or RGBA."""
    mode = "RGBA" if opened.has_transparency_data else "RGB"
    # Of colours in a palette there is no mean, which making a picture smaller needs.
    image: Image = opened.convert(mode) if opened.mode in ("1", "P", "PA") else opened
    if image.mode.startswith("I"):  # grey of 16 bits, of which a conversion would keep the lowest 8
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Resampling.LANCZOS)
    return ImageOps.exif_transpose(image).convert(mode)


def _encoded(image: Image, side: int, quality: int) -> tuple[bytes, tuple[int, int]]:
    smaller = image
    if max(image.size) > side:
        smaller = image.copy()
        smaller.thumbnail((side, side), Resampling.LANCZOS)
    file = BytesIO()
    smaller.save(file, "WEBP", quality=quality, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return file.getvalue(), smaller.size
