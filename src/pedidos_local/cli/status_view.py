"""The output of status for people."""

import time
from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from pedidos.cli.language import phrase, told
from pedidos.domain.order import Status
from pedidos.sentence import Sentence
from pedidos_local.supervisor_words import recognised

COLOURS = {"running": "green", "starting": "yellow", "waiting": "red", "stopping": "yellow"}


_COLUMNS = (
    (Sentence("process"), False),
    (Sentence("state"), False),
    ("pid", True),
    (Sentence("up since"), False),
    (Sentence("restarts"), True),
    (Sentence("memory"), True),
    ("CPU", True),
    (Sentence("last exit"), False),
)
"""The headings of the processes, and whether a column is aligned on the right."""
_TASK_COLUMNS = (
    (Sentence("step"), False),
    ("worker", False),
    (Sentence("batches"), True),
    (Sentence("orders"), True),
    (Sentence("per batch"), True),
    (Sentence("mean time"), True),
    (Sentence("running"), True),
    (Sentence("failed"), True),
    (Sentence("tried again"), True),
)
"""Those of the tasks."""


def process_table(found: dict[str, Any]) -> Table:
    """One row per process; external servers at the end."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, right in _COLUMNS:
        table.add_column(told(name), justify="right" if right else "left")
    for facts in found["processes"]:
        state = facts["state"]
        if state == "running" and facts["responsive"] is False:
            state = phrase("running, does not answer")
        shown = f"[{COLOURS.get(facts['state'], 'red')}]{state}[/]"
        pid, restarts = str(facts["pid"] or "–"), str(facts["restarts"])
        last = told(recognised(facts["last_exit"] or ""))
        table.add_row(facts["name"], shown, pid, _since(facts["up_since"]), restarts, *_usage(facts), last)
    supervisor = found["supervisor"]
    table.add_row("supervisor", "[green]running[/]", str(supervisor["pid"]), "", "", *_usage(supervisor), "")
    for server, address in found["external"].items():
        table.add_row(server, "external", "–", "", "", "", "", address)
    total = sum(facts.get("memory_mib") or 0 for facts in (*found["processes"], supervisor))
    cpu = sum(facts.get("cpu_percent") or 0 for facts in (*found["processes"], supervisor))
    table.add_row(f"[bold]{phrase('all')}[/]", "", "", "", "", f"[bold]{total:.0f} MiB[/]", f"[bold]{cpu:.1f} %[/]", "")
    return table


def pipeline_lines(pipeline: dict[str, Any]) -> list[str]:
    """The figures of the pipeline, one line each; a part that could not be read says why."""
    if "unavailable" in pipeline:
        return [_line(phrase("pipeline"), pipeline)]
    database, queues = pipeline["database"], pipeline["queues"]
    lines = []
    if "unavailable" in database:
        lines.append(_line(phrase("orders"), database))
    else:
        relay = database["relay"]
        oldest = database["oldest_waiting_seconds"]
        lines += [
            _row(phrase("orders"), _orders(database)),
            _row(phrase("oldest waiting"), f"{oldest:.1f} s" if oldest else phrase("none waits")),
            _row("relay", _relay(relay)),
            *(_row(phrase("shard {part}", part=each["part"]), _shard(each)) for each in _several(relay["shards"])),
            *(_row(phrase("held up by"), escape(holder)) for holder in relay["held_up_by"]),
            *([_row(phrase("relay refuses"), escape(relay["refusal"]), "bold red")] if relay["refusal"] else []),
            _row(phrase("dead letters"), phrase("{count} open", count=database["dead_letters"])),
        ]
    return [*lines, *_consumer_lines(pipeline["consumers"]), _line(phrase("queues"), queues)]


def _orders(database: dict[str, Any]) -> str:
    shown = counts(database["orders"])
    return phrase("about {counts}", counts=shown) if database["orders_estimated"] else shown


def _relay(relay: dict[str, Any]) -> str:
    leader = phrase("led by {leader}", leader=relay["leader"]) if relay["leader"] else phrase("no leader")
    return phrase(
        "{behind} events behind, {published} published, {leader}",
        behind=relay["behind"],
        published=relay["published"],
        leader=leader,
    )


def _several(shards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The shards, if there is more than one: otherwise the line of the relay says everything."""
    return shards if len(shards) > 1 else []


def _shard(shard: dict[str, Any]) -> str:
    leader = phrase("led by {leader}", leader=shard["leader"]) if shard["leader"] else phrase("no leader")
    return phrase("{published} published, {leader}", published=shard["published"], leader=leader)


def _consumer_lines(consumers: dict[str, Any]) -> list[str]:
    """How far each group is behind, per partition, and where it has stopped."""
    if "unavailable" in consumers:
        return [_line(phrase("consumer lag"), consumers)]
    lines = []
    for name, group in consumers.items():
        lines.append(_line(phrase("{group} lag", group=name), group["lag"]))
        lines += [_row(phrase("stopped"), escape(reason), "bold red") for reason in group["stopped"]]
    return lines


def _line(name: str, part: dict[str, Any]) -> str:
    if "unavailable" in part:
        return _row(name, phrase("unavailable: {reason}", reason=part["unavailable"]))
    return _row(name, "  ".join(f"{key}: {value}" for key, value in part.items()))


def _row(name: str, text: str, style: str = "bold") -> str:
    return f"[{style}]{name:<15}[/] {text}"


def task_table(tasks: dict[str, Any]) -> Table:
    """One row per step and worker that has done it, since the worker's start. The first column names no
    process: scripts look there for a process's row."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, right in _TASK_COLUMNS:
        table.add_column(told(name), justify="right" if right else "left")
    for worker, steps in tasks.items():
        if "unavailable" in steps:
            table.add_row(phrase("unavailable"), worker, steps["unavailable"])
            continue
        done = {step: figures for step, figures in steps.items() if figures["batches"] or figures["running"]}
        for step, figures in done.items():
            table.add_row(step, worker, *_task(figures))
        if not done:
            table.add_row(phrase("none yet"), worker)
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
    return "  ".join(shown) or phrase("none yet")


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
