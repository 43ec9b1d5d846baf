"""pictures: photographs every page of the running platform. dashboard: draws one of Grafana's from its Prometheus."""

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from pedidos_dev.pictures.scenes import Stage

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "pages"
BOARD = ROOT / "deploy" / "grafana" / "overview.json"


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(pictures)
    app.command()(dashboard)


def pictures(
    to: Annotated[
        Path, typer.Option("--to", help="Folder of the pictures; those that it contains are replaced.")
    ] = FOLDER,
) -> None:
    """Photograph every page of the running local platform, for docs/pages. Orders are placed first, to be seen."""
    import asyncio

    from playwright.sync_api import sync_playwright

    from pedidos_classroom.web.app import MORE
    from pedidos_dev import browser as chromium
    from pedidos_dev.pictures.gallery import gallery
    from pedidos_dev.pictures.past import live_through
    from pedidos_dev.pictures.photographs import Walk
    from pedidos_dev.pictures.routes import Routes
    from pedidos_local.settings import ClientSettings

    settings = ClientSettings.load()
    address = str(settings.public_url).rstrip("/")
    path = chromium.find()
    if path is None:
        typer.echo(phrase("There is no Chromium: ./pedidos test pages installs it where it may."), err=True)
        raise typer.Exit(1)
    asyncio.run(live_through(settings))
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
        for shot, scene in walk.scenes(_stage(address)):
            typer.echo(f"  {shot.address} by {scene}")
        opened.close()
    rules = {endpoint: str(rule) for endpoint, rule in routes.rules().items()}
    seen = walk.seen | {shot.name: "someone who has sent a form" for shot in walk.shots}
    addresses = rules | {shot.name: shot.address for shot in walk.shots}
    (to / "README.md").write_text(gallery(seen, addresses), "utf-8")
    unseen = routes.unseen(seen)
    if unseen:
        typer.echo(phrase("\nNo link led to, or no page is at:\n  ") + "\n  ".join(unseen))


def dashboard(
    minutes: Annotated[int, typer.Option(min=1, help="How much of the past is shown.")] = 10,
    board: Annotated[Path, typer.Option(help="The dashboard, as Grafana imports it.", exists=True)] = BOARD,
    to: Annotated[Path, typer.Option("--to", help="The picture, as PNG or SVG.")] = ROOT / "docs" / "dashboard.png",
) -> None:
    """Draw a dashboard of deploy/grafana with the figures of the running Prometheus (up --with prometheus)."""
    import httpx2

    from pedidos_dev.pictures.drawing import Prometheus, draw
    from pedidos_local import ports
    from pedidos_local.monitoring.server import login
    from pedidos_local.settings import ClientSettings

    settings = ClientSettings.load()
    address = f"http://{ports.LOOPBACK}:{settings.port_base + ports.PROMETHEUS}"
    now = time.time()
    try:
        asked = Prometheus(address, login(settings), now - 60 * minutes, now)
        figure = draw(json.loads(board.read_text("utf-8")), asked)
    except (httpx2.HTTPError, FileNotFoundError) as error:
        refusal = phrase(
            "The Prometheus at {address} cannot be asked ({reason}): run ./pedidos up --with prometheus.",
            address=address,
            reason=error,
        )
        typer.echo(refusal, err=True)
        raise typer.Exit(1) from error
    figure.savefig(to, dpi=80)
    typer.echo(phrase("{file} shows the last {minutes} minutes.", file=to, minutes=minutes))


def _stage(address: str) -> "Stage":
    from pedidos.settings.groups.kafka import KafkaSettings
    from pedidos_dev.pictures.refused_records import send_refused
    from pedidos_dev.pictures.scenes import Stage
    from pedidos_local import credentials
    from pedidos_local.layout import Layout
    from pedidos_local.settings import LocalSettings

    passwords = credentials.read(Layout.of(LocalSettings.load()).secrets_file).accounts
    settings = KafkaSettings.load()
    return Stage(address, passwords, lambda: send_refused(settings))
