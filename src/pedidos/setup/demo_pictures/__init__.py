"""The pictures of the demo's products, as the platform keeps them. pedidos_dev.pictures.demo_products draws them."""

from pathlib import Path

from pedidos.domain.picture import Picture

FOLDER = Path(__file__).parent
SIDE = 600
"""Width and height, in pixels."""


def pictures() -> dict[int, Picture]:
    """The number of a product → its picture."""
    return {int(file.stem): Picture(file.read_bytes(), SIDE, SIDE) for file in sorted(FOLDER.glob("*.webp"))}
