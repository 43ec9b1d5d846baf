"""Pictures that are kept, and files that are refused: broken, huge, or something else."""

import os
import random
from io import BytesIO

import pytest
from PIL import Image

from pedidos.domain.picture import LONGEST_SIDE, MOST_KEPT_BYTES, Picture, why_not
from pedidos.http.picture_reading import PicturePool, Unfit, kept
from tests.support.pictures import SECRET, bomb, many_scans, picture, saved, text_bomb, with_metadata

FORMATS = ("PNG", "JPEG", "WEBP")


@pytest.fixture(scope="module")
def pool() -> PicturePool:
    return PicturePool()


def opened(found: Picture) -> Image.Image:
    image = Image.open(BytesIO(found.content))
    assert image.format == "WEBP"
    assert image.size == (found.width, found.height)
    return image


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_kept_upright_and_without_what_the_camera_wrote(pool: PicturePool, kind: str) -> None:
    sent = with_metadata(kind)
    assert SECRET.encode() in sent
    image = opened(pool.read(sent))
    assert image.size == (40, 60)
    assert not {"exif", "icc_profile", "xmp"} & image.info.keys()
    assert SECRET.encode() not in pool.read(sent).content


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_every_kind_of_colour_is_kept(pool: PicturePool, mode: str) -> None:
    grey = Image.new("L", (30, 30), 128)
    if mode == "I;16":
        sent = Image.frombytes("I;16", (30, 30), (128 * 256).to_bytes(2, "little") * 900)
    else:
        sent = grey.convert("RGBA").convert(mode)
    value = opened(pool.read(saved(sent, "PNG"))).convert("L").getpixel((15, 15))
    assert isinstance(value, int)
    assert value in ((0, 255) if mode == "1" else range(122, 135))


def test_a_large_one_becomes_small_and_keeps_its_shape(pool: PicturePool) -> None:
    found = pool.read(picture("JPEG", (4000, 3000)))
    assert (found.width, found.height) == (LONGEST_SIDE, 600)


def test_one_with_much_detail_becomes_smaller_until_it_fits(pool: PicturePool) -> None:
    noise = Image.frombytes("RGBA", (480, 480), os.urandom(480 * 480 * 4))
    found = pool.read(saved(noise, "PNG"))
    assert len(found.content) <= MOST_KEPT_BYTES
    assert opened(found).mode == "RGBA"


@pytest.mark.parametrize("kind", FORMATS)
def test_one_that_ends_early_is_refused(pool: PicturePool, kind: str) -> None:
    whole = saved(Image.effect_noise((200, 200), 60).convert("RGB"), kind)
    for part in (len(whole) // 2, len(whole) // 4, 40, 20, 12):
        with pytest.raises(Unfit, match=r"cannot be read|Must be a PNG"):
            pool.read(whole[:part])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bomb(), "too many pixels"),
        (picture("JPEG", (5000, 5000)), "too many pixels"),
        (text_bomb(), "cannot be read"),
        (many_scans(), "too many scans"),
        (picture("GIF"), "Must be a PNG"),
        (b"<svg/>", "Must be a PNG"),
        (b"", "Must be a PNG"),
    ],
)
def test_what_is_no_picture_or_too_much_of_one_is_refused(pool: PicturePool, data: bytes, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        pool.read(data)


def test_whatever_is_broken_is_refused_and_raises_nothing_else() -> None:
    dice = random.Random(18)
    whole = [saved(Image.effect_noise((40, 40), 60).convert("RGB"), kind) for kind in FORMATS]
    whole += [saved(Image.new("P", (40, 40)), "PNG"), saved(Image.new("RGBA", (40, 40)), "WEBP", lossless=True)]
    refused = 0
    for _ in range(1500):
        broken = bytearray(dice.choice(whole))
        for _ in range(dice.randrange(1, 12)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        if why_not(bytes(broken)) is not None:
            continue
        try:
            kept(bytes(broken))
        except Unfit:
            refused += 1
    assert refused > 100
