"""The demo's products have pictures like those that the platform keeps."""

from io import BytesIO

import pytest
from PIL.WebPImagePlugin import WebPImageFile

from pedidos.domain.picture import LONGEST_SIDE, MOST_KEPT_BYTES, Picture
from pedidos.setup import demo
from pedidos.setup.demo_pictures import pictures


def test_every_product_that_is_sold_has_one() -> None:
    assert {demo.demo_id(number) for number in pictures()} == {each.id for each in demo.PRODUCTS if each.active}


@pytest.mark.parametrize("picture", pictures().values(), ids=map(str, pictures()))
def test_it_is_as_pictures_are_kept(picture: Picture) -> None:
    with WebPImageFile(BytesIO(picture.content)) as opened:
        assert opened.size == (picture.width, picture.height)
    assert max(picture.width, picture.height) <= LONGEST_SIDE
    assert len(picture.content) <= MOST_KEPT_BYTES
