"""Pictures: the kinds that are taken, what their bytes say about them, and what is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pedidos.sentence import Sentence

MOST_BYTES = 1024 * 1024
"""Of a file that somebody sends. The pages make pictures of a phone smaller before they send them."""

MOST_SCANS = 100
"""Of a JPEG. Each goes through the whole picture, and an empty one is a few bytes: a megabyte of them would take
minutes. Cameras and programs write one to twenty."""

LONGEST_SIDE = 800
"""In pixels, of what is kept."""

MOST_KEPT_BYTES = 100_000

KEPT_TYPE = "image/webp"


class Format(StrEnum):
    """The value is the media type."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"


MOST_PIXELS: Mapping[Format, int] = {Format.JPEG: 13_000_000, Format.PNG: 9_000_000, Format.WEBP: 6_000_000}
"""Of a picture that is decoded. A phone's camera has 12 million. Most decoders keep a pixel several times; that of JPEG
leaves out what a smaller picture does not need. Measured, each limit is about 100 MiB of memory, or less."""

NO_PICTURE = Sentence("Must be a PNG, JPEG or WebP picture.")
NOT_READABLE = Sentence("The picture cannot be read: the file is damaged, or ends early.")
TOO_LARGE = Sentence("The file must have at most {most} KiB.", most=MOST_BYTES // 1024)
TOO_MANY_SCANS = Sentence("The JPEG file has too many scans. Save the picture again, and send that.")
TOO_DETAILED = Sentence("The picture has too much detail to be kept. Choose another one.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page or an answer needs to show a picture. version: of its bytes, part of its address. width, height: in
    pixels."""

    version: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: small, of the type KEPT_TYPE, without metadata."""

    content: bytes
    width: int
    height: int

    @property
    def version(self) -> str:
        """Other bytes have another version: an address with it can be kept forever."""
        return hashlib.sha256(self.content).hexdigest()[:32]


_SIGNATURES: Mapping[bytes, Format] = {b"\x89PNG\r\n\x1a\n": Format.PNG, b"\xff\xd8\xff": Format.JPEG}


def format_of(data: bytes) -> Format | None:
    """What the first bytes say; None if they are of no kind that is taken. What a client calls a file means nothing."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    return next((kind for signature, kind in _SIGNATURES.items() if data.startswith(signature)), None)


def too_many_pixels(kind: Format, width: int, height: int) -> Sentence | None:
    """Why a picture of this size is not decoded; None if it is."""
    most = MOST_PIXELS[kind]
    if width * height <= most:
        return None
    return Sentence("The picture has too many pixels. It may have at most {most} million.", most=most // 1_000_000)


def why_not(data: bytes) -> Sentence | None:
    """Why a file is not even opened; None if it may be a picture."""
    if len(data) > MOST_BYTES:
        return TOO_LARGE
    kind = format_of(data)
    if kind is None:
        return NO_PICTURE
    if kind is Format.JPEG and data.count(b"\xff\xda") > MOST_SCANS:
        return TOO_MANY_SCANS
    size = _declared_size(kind, data)
    return None if size is None else too_many_pixels(kind, *size)


def _declared_size(kind: Format, data: bytes) -> tuple[int, int] | None:
    """The size where a header has it at a fixed place. A decoder of WebP allocates all pixels when it is opened."""
    if kind is Format.PNG:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if kind is Format.WEBP:
        match data[12:16]:
            case b"VP8X":
                return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
            case b"VP8L":
                bits = int.from_bytes(data[21:25], "little")
                return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
            case b"VP8 ":
                return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return None
