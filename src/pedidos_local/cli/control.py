"""restart, scale, logs: single processes of the platform."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from pedidos.cli.language import phrase, told

if TYPE_CHECKING:
    from pathlib import Path

    from pedidos_local.control import Message


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(restart)
    app.command()(scale)
    app.command()(logs)


def restart(
    process: Annotated[str, typer.Argument(help="One process (worker-2), or a kind (worker): one by one.")],
) -> None:
    """Stop a process and start it again."""
    _work({"do": "restart", "name": process})


def scale(
    counts: Annotated[list[str], typer.Argument(metavar="PROCESS=N…", help="For example worker=3 bridge=2.")],
) -> None:
    """Run more or fewer processes of a kind: api, live, relay, bridge, worker."""
    wanted: dict[str, int] = {}
    for each in counts:
        kind, _, number = each.partition("=")
        if not number.isdecimal():
            raise typer.BadParameter(phrase("{each} is not of the form PROCESS=N.", each=each))
        wanted[kind] = int(number)
    _work({"do": "scale", "counts": wanted})


def logs(
    process: Annotated[str | None, typer.Argument(help="A process or a kind; all of them when left out.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written.")] = False,
    lines: Annotated[int, typer.Option("-n", min=0, help="Lines of each to begin with.")] = 20,
    order: Annotated[UUID | None, typer.Option("--order", help="All lines about this order, by their time.")] = None,
) -> None:
    """Show the logs of processes."""
    import time

    from pedidos_local.layout import Layout
    from pedidos_local.logfiles import Follower, tail
    from pedidos_local.settings import LocalSettings

    layout = Layout.of(LocalSettings.load())
    paths = _log_files(layout.logs, process)
    if not paths:
        there = ", ".join(path.stem for path in _log_files(layout.logs, None)) or "none"
        typer.echo(
            phrase(
                "There is no log of {process} in {logs}. There are: {there}.",
                process=process or "*",
                logs=layout.logs,
                there=there,
            ),
            err=True,
        )
        raise typer.Exit(1)
    width = max(len(path.stem) for path in paths)
    if order is not None:
        _about(order, paths, width)
        return
    followers = {path: Follower(path) for path in paths}
    for path in paths:
        for line in tail(path, lines):
            typer.echo(f"{path.stem:<{width}} | {line}")
    while follow:
        for path in _log_files(layout.logs, process):  # there may be new processes
            for line in followers.setdefault(path, Follower(path)).lines():
                typer.echo(f"{path.stem:<{width}} | {line}")
        time.sleep(0.25)


def _about(order_id: UUID, paths: "list[Path]", width: int) -> None:
    from pedidos_local.order_log import lines_about

    found = lines_about(order_id, paths)
    for line in found:
        typer.echo(f"{line.program:<{width}} | {line.text}")
    if not found:
        typer.echo(
            phrase(
                "No line is about {order_id}. Its events are in its timeline, its way in `pedidos trace`.",
                order_id=order_id,
            ),
            err=True,
        )
        raise typer.Exit(1)


def _log_files(folder: "Path", process: str | None) -> "list[Path]":
    """The log files of the process, or of all processes of the kind."""
    found = sorted(folder.glob("*.log"))
    if process is None:
        return found
    exact = [path for path in found if path.stem == process]
    return exact or [path for path in found if path.stem.rpartition("-")[0] == process]


def _work(request: "Message") -> None:
    from pedidos_local.cli.steps import Steps
    from pedidos_local.cli.supervised import WORK_SECONDS, Supervised
    from pedidos_local.control import Unreachable
    from pedidos_local.layout import Layout
    from pedidos_local.settings import LocalSettings
    from pedidos_local.supervisor_words import recognised

    supervised = Supervised(Layout.of(LocalSettings.load()))
    try:
        for answer in Steps().show(supervised.ask(request, WORK_SECONDS)):
            if "error" in answer:
                typer.echo(told(recognised(str(answer["error"]))), err=True)
                log = answer.get("log")
                for line in log if isinstance(log, list) else []:
                    typer.echo(f"    {line}", err=True)
                raise typer.Exit(1)
    except Unreachable:
        typer.echo(phrase("The platform is not running: `pedidos up`."), err=True)
        raise typer.Exit(1) from None
