"""What the first bytes of a file say, before anything is decoded."""

import pytest

from pedidos.domain.picture import (
    MOST_BYTES,
    NO_PICTURE,
    Format,
    Picture,
    format_of,
    why_not,
)
from tests.support.pictures import bomb, many_scans, picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WEBP = b"RIFF\x24\x00\x00\x00WEBP"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (picture("PNG"), Format.PNG),
        (picture("JPEG"), Format.JPEG),
        (picture("WEBP"), Format.WEBP),
        (picture("GIF"), None),
        (picture("BMP"), None),
        (picture("TIFF"), None),
        (SVG, None),
        (b"", None),
        (b"RIFF\x24\x00\x00\x00WAVE", None),
    ],
)
def test_the_bytes_say_what_a_file_is(data: bytes, kind: Format | None) -> None:
    assert format_of(data) == kind
    assert why_not(data) == (None if kind else NO_PICTURE)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (picture() + bytes(MOST_BYTES), "at most 1024 KiB"),
        (bomb(), "at most 9 million"),
        (bomb(2**31, 1), "at most 9 million"),
        (WEBP + b"VP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\x3f\x00\xff\x3f\x00", "at most 6 million"),
        (WEBP + b"VP8L\x0a\x00\x00\x00\x2f\xff\xff\xff\x0f", "at most 6 million"),
        (WEBP + b"VP8 \x0a\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f", "at most 6 million"),
        (many_scans(), "too many scans"),
    ],
)
def test_what_would_cost_too_much_is_not_opened(data: bytes, words: str) -> None:
    assert words in str(why_not(data))


def test_other_bytes_have_another_version() -> None:
    one, other = Picture(b"one", 1, 1), Picture(b"other", 1, 1)
    assert one.version == Picture(b"one", 1, 1).version != other.version
    assert len(one.version) == 32
