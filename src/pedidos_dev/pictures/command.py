"""pictures: photographs every page of the running platform."""

import os
from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path(__file__).parents[3] / "docs" / "pages"


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(pictures)


def pictures(
    to: Annotated[
        Path, typer.Option("--to", help="Folder of the pictures; those that it contains are replaced.")
    ] = FOLDER,
) -> None:
    """Photograph every page of the running local platform, for docs/pages."""
    from playwright.sync_api import sync_playwright

    from pedidos_classroom.web.app import MORE
    from pedidos_dev import browser as chromium
    from pedidos_dev.pictures.gallery import gallery
    from pedidos_dev.pictures.photographs import Walk
    from pedidos_dev.pictures.routes import Routes
    from pedidos_local.settings import ClientSettings

    address = str(ClientSettings.load().public_url).rstrip("/")
    path = chromium.find()
    if path is None:
        typer.echo("There is no Chromium: ./pedidos test pages installs it where it may.", err=True)
        raise typer.Exit(1)
    to.mkdir(parents=True, exist_ok=True)
    for earlier in to.glob("*.jpg"):
        earlier.unlink()
    routes = Routes(MORE)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to sandbox what root starts
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=sandbox)
        walk = Walk(opened, address, to, routes)
        for endpoint, person in walk.all():
            typer.echo(f"  {routes.rules()[endpoint]} as {person}")
        opened.close()
    rules = {endpoint: str(rule) for endpoint, rule in routes.rules().items()}
    (to / "README.md").write_text(gallery(walk.seen, rules), "utf-8")
    unseen = routes.unseen(walk.seen)
    if unseen:
        typer.echo("\nNo link led to, or no page is at:\n  " + "\n  ".join(unseen))
