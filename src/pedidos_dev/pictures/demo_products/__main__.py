"""python -m pedidos_dev.pictures.demo_products: photographs the drawings for the demo, after one has changed."""

from pathlib import Path

from pedidos.http.picture_reading import kept
from pedidos.setup.demo_pictures import FOLDER, SIDE
from pedidos_bench.browsing import chromium


def main() -> None:
    with chromium.running() as browser, browser.new_page(viewport={"width": SIDE, "height": SIDE}) as page:
        for drawing in sorted(Path(__file__).parent.glob("*.svg")):
            page.set_content(f'<body style="margin: 0">{drawing.read_text("utf-8")}</body>')
            picture = kept(page.screenshot())
            (FOLDER / f"{drawing.stem}.webp").write_bytes(picture.content)


if __name__ == "__main__":
    main()
