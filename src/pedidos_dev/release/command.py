"""build: the files of a release."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Part(StrEnum):
    WHEEL = "wheel"
    CHART = "chart"
    BILL = "bill"
    IMAGES = "images"


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(build)


def build(
    folder: Annotated[Path, typer.Argument(help="Folder for the files.")],
    parts: Annotated[
        list[Part] | None, typer.Argument(help="What to build. Without any: everything.", show_default=False)
    ] = None,
) -> None:
    """Build the files of a release: the wheel, the chart (helm), the bill of materials, the images (Docker)."""
    from pedidos_dev.release.parts import PARTS, NotBuilt
    from pedidos_local.uv import UvFailed

    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    for part in parts or list(Part):
        try:
            PARTS[part](folder.resolve())
        except (NotBuilt, UvFailed) as why:
            typer.echo(f"{part}: {why}", err=True)
            raise typer.Exit(1) from None
    for file in sorted(set(folder.iterdir()) - before):
        if not file.name.startswith("."):  # uv hides its folder from git
            typer.echo(file)
