"""status: every process, the pipeline, and the tasks of the workers."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pedidos_local.cli.supervised import Supervised

WATCH_SECONDS = 2.0
SAMPLE_SECONDS = 1.0
"""Duration of the CPU measurement: the system counts in steps of 10 ms."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(status)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Refresh every two seconds, until Ctrl-C.")] = False,
) -> None:
    """Show every process and how the pipeline is doing. Exit status 3 when nothing runs."""
    from pedidos_local.cli.supervised import Supervised
    from pedidos_local.layout import Layout
    from pedidos_local.settings import LocalSettings

    supervised = Supervised(Layout.of(LocalSettings.load()))
    if as_json:
        found = gather(supervised)
        typer.echo(json.dumps(found, indent=2))
    elif watch:
        found = _watch(supervised)
    else:
        found = print_status(supervised)
    if not found["running"]:
        raise typer.Exit(3)


def gather(supervised: "Supervised") -> dict[str, Any]:
    """Everything that status shows, as values for JSON."""
    from pedidos_local import tasks
    from pedidos_local.cli.usage import measure
    from pedidos_local.records import read

    said = supervised.status()
    if said is None:
        left = [record.name for record in read(supervised.layout.run) if record.alive()]
        return {"running": False, "left_over": left, "processes": [], "pipeline": {}, "tasks": {}}
    processes: Any = said["processes"]
    pid = int(str(said["pid"]))
    with ThreadPoolExecutor(2) as pool:
        pipeline, done = pool.submit(_pipeline), pool.submit(tasks.read, supervised.layout)
        usage = measure([facts["pid"] for facts in processes if facts["pid"]], SAMPLE_SECONDS, alone=pid)
    for facts in processes:
        facts.update(usage.get(facts["pid"], {"memory_mib": None, "cpu_percent": None}))
    return {
        "running": True,
        "ready": said["ready"],
        "supervisor": {"pid": pid, **usage.get(pid, {})},
        "external": said["external"],
        "processes": processes,
        "pipeline": pipeline.result(),
        "tasks": done.result(),
    }


def print_status(supervised: "Supervised") -> dict[str, Any]:
    """Prints the status once; returns the result of gather()."""
    from rich.console import Console

    found = gather(supervised)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(_shown(found))
    return found


def _watch(supervised: "Supervised") -> dict[str, Any]:
    from rich.live import Live

    found = gather(supervised)
    with Live(_shown(found), auto_refresh=False, screen=True) as live:
        try:
            while True:
                time.sleep(WATCH_SECONDS)
                found = gather(supervised)
                live.update(_shown(found), refresh=True)
        except KeyboardInterrupt:
            return found


def _pipeline() -> dict[str, Any]:
    from pedidos.processes.pipeline_figures import read
    from pedidos.settings.base import Invalid
    from pedidos.settings.processes import FiguresSettings

    try:
        return read(FiguresSettings.load())
    except Invalid as missing:
        return {"unavailable": str(missing)}


def _shown(found: dict[str, Any]) -> "RenderableType":
    from rich.console import Group

    from pedidos_local.cli.status_view import pipeline_lines, process_table, task_table

    if not found["running"]:
        left = found["left_over"]
        if left:
            return phrase(
                "No supervisor runs, but these do: {left}. `pedidos up` starts again, `pedidos down` ends them.",
                left=", ".join(left),
            )
        return phrase("The platform is not running: `pedidos up`.")
    return Group(process_table(found), "", *pipeline_lines(found["pipeline"]), "", task_table(found["tasks"]))
