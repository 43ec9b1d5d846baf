"""The output of status for people."""

import time
from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from pedidos.domain.order import Status

COLOURS = {"running": "green", "starting": "yellow", "waiting": "red", "stopping": "yellow"}


def process_table(found: dict[str, Any]) -> Table:
    """One row per process; external servers at the end."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("process", "state", "pid", "up since", "restarts", "memory", "CPU"):
        table.add_column(name, justify="right" if name in ("pid", "restarts", "memory", "CPU") else "left")
    table.add_column("last exit")
    for facts in found["processes"]:
        state = facts["state"]
        if state == "running" and facts["responsive"] is False:
            state = "running, does not answer"
        shown = f"[{COLOURS.get(facts['state'], 'red')}]{state}[/]"
        pid, restarts = str(facts["pid"] or "–"), str(facts["restarts"])
        last = facts["last_exit"] or ""
        table.add_row(facts["name"], shown, pid, _since(facts["up_since"]), restarts, *_usage(facts), last)
    supervisor = found["supervisor"]
    table.add_row("supervisor", "[green]running[/]", str(supervisor["pid"]), "", "", *_usage(supervisor), "")
    for server, address in found["external"].items():
        table.add_row(server, "external", "–", "", "", "", "", address)
    total = sum(facts.get("memory_mib") or 0 for facts in (*found["processes"], supervisor))
    cpu = sum(facts.get("cpu_percent") or 0 for facts in (*found["processes"], supervisor))
    table.add_row("[bold]all[/]", "", "", "", "", f"[bold]{total:.0f} MiB[/]", f"[bold]{cpu:.1f} %[/]", "")
    return table


def pipeline_lines(pipeline: dict[str, Any]) -> list[str]:
    """The figures of the pipeline, one line each; a part that could not be read says why."""
    if "unavailable" in pipeline:
        return [f"[bold]pipeline[/]        unavailable: {pipeline['unavailable']}"]
    database, queues = pipeline["database"], pipeline["queues"]
    lines = []
    if "unavailable" in database:
        lines.append(f"[bold]orders[/]          unavailable: {database['unavailable']}")
    else:
        relay = database["relay"]
        oldest = database["oldest_waiting_seconds"]
        lines += [
            f"[bold]orders[/]          {'about ' if database['orders_estimated'] else ''}{counts(database['orders'])}",
            f"[bold]oldest waiting[/]  {f'{oldest:.1f} s' if oldest else 'none waits'}",
            f"[bold]relay[/]           {relay['behind']} events behind, {relay['published']} published,"
            f" {'led by ' + relay['leader'] if relay['leader'] else 'no leader'}",
            *(f"[bold]held up by[/]      {escape(holder)}" for holder in relay["held_up_by"]),
            *([f"[bold red]relay refuses[/]   {escape(relay['refusal'])}"] if relay["refusal"] else []),
            f"[bold]dead letters[/]    {database['dead_letters']} open",
        ]
    return [*lines, *_consumer_lines(pipeline["consumers"]), _line("queues", queues)]


def _consumer_lines(consumers: dict[str, Any]) -> list[str]:
    """How far each group is behind, per partition, and where it has stopped."""
    if "unavailable" in consumers:
        return [_line("consumer lag", consumers)]
    lines = []
    for name, group in consumers.items():
        lines.append(_line(f"{name} lag", group["lag"]))
        lines += [f"[bold red]{'stopped':<14}[/]  {escape(reason)}" for reason in group["stopped"]]
    return lines


def _line(name: str, part: dict[str, Any]) -> str:
    if "unavailable" in part:
        shown = f"unavailable: {part['unavailable']}"
    else:
        shown = "  ".join(f"{key}: {value}" for key, value in part.items())
    return f"[bold]{name:<14}[/]  {shown}"


def task_table(tasks: dict[str, Any]) -> Table:
    """One row per step and worker that has done it, since the worker's start. The first column names no
    process: scripts look there for a process's row."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("step", "worker", "batches", "orders", "per batch", "mean time", "running", "failed", "tried again"):
        table.add_column(name, justify="left" if name in ("step", "worker") else "right")
    for worker, steps in tasks.items():
        if "unavailable" in steps:
            table.add_row("unavailable", worker, steps["unavailable"])
            continue
        done = {step: figures for step, figures in steps.items() if figures["batches"] or figures["running"]}
        for step, figures in done.items():
            table.add_row(step, worker, *_task(figures))
        if not done:
            table.add_row("none yet", worker)
    return table


def _task(figures: dict[str, float]) -> Iterator[str]:
    batches = figures["batches"]
    yield f"{batches:.0f}"
    yield f"{figures['orders']:.0f}"
    yield f"{figures['orders'] / batches:.1f}" if batches else "–"
    yield f"{1000 * figures['seconds'] / batches:.1f} ms" if batches else "–"
    yield from (f"{figures[name]:.0f}" for name in ("running", "failed", "retries"))


def counts(orders: dict[str, int]) -> str:
    """Orders per state, in the order of an order's path; states without orders are left out."""
    shown = [f"{status} {orders[status]}" for status in Status if orders.get(status)]
    return "  ".join(shown) or "none yet"


def _usage(facts: dict[str, Any]) -> tuple[str, str]:
    memory, cpu = facts.get("memory_mib"), facts.get("cpu_percent")
    return "–" if memory is None else f"{memory:.0f} MiB", "–" if cpu is None else f"{cpu:.1f} %"


def _since(up_since: float | None) -> str:
    """The start time and the duration."""
    if up_since is None:
        return "–"
    seconds = int(time.time() - up_since)
    days, rest = divmod(seconds, 86400)
    long = f"{days} d {rest // 3600} h" if days else f"{rest // 3600}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{time.strftime('%H:%M:%S', time.localtime(up_since))} ({long})"
