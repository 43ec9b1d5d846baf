"""Pictures in answers: where they are, and how large."""

from pydantic import Field

from pedidos.domain.picture import Shown
from pedidos.processes.api.resource import Answer


class PictureAnswer(Answer):
    """Where a picture is"""

    address: str = Field(description="On this host. Another picture has another address.")
    width: int = Field(description="In pixels.")
    height: int


def picture_answer(address: str, shown: Shown) -> PictureAnswer:
    """The picture at this address."""
    return PictureAnswer(address=address, width=shown.width, height=shown.height)
