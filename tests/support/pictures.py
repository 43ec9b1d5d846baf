"""Files that are pictures, and some that are not."""

import struct
import zlib
from io import BytesIO

from PIL import Image
from PIL.Image import Exif

MAKER, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825
LATITUDE = 2
SECRET = "Camera of Eva"


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), colour: str = "red") -> bytes:
    """A file of this format."""
    return saved(Image.new("RGB", size, colour), kind)


def with_metadata(kind: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """One that says who took it and where, and that it lies on its side."""
    exif = Exif()
    exif[MAKER], exif[ORIENTATION] = SECRET, 6
    exif[GPS] = {LATITUDE: (23.0, 33.0, 1.0)}
    return saved(Image.new("RGB", size, "red"), kind, exif=exif)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The file of an image."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of some kilobytes that says it has these pixels; its data begin, and are all zero."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small PNG with a text that is a gigabyte when it is decompressed."""
    deflater = zlib.compressobj(9)
    text = b"".join(deflater.compress(bytes(1_000_000)) for _ in range(1000)) + deflater.flush()
    plain = picture()
    at = plain.index(b"IDAT") - 4
    return plain[:at] + _chunk(b"zTXt", b"Comment\0\0" + text) + plain[at:]


def many_scans() -> bytes:
    """A progressive JPEG that says again and again that another scan follows."""
    plain = saved(Image.new("RGB", (2000, 2000), "red"), "JPEG", progressive=True)
    at = plain.rindex(b"\xff\xda")
    return plain[:at] + plain[at:-2] * 200 + plain[-2:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
