"""What status prints: everything that is known, and what could not be found out."""

import time
from typing import Any

from rich.console import Console

from pedidos_local.cli.status_view import pipeline_lines, process_table

FACTS: dict[str, Any] = {
    "name": "worker-1",
    "state": "running",
    "responsive": True,
    "pid": 77,
    "restarts": 3,
    "last_exit": "ended by SIGKILL",
    "memory_mib": 61.0,
    "cpu_percent": 1.5,
}


def printed(found: dict[str, Any]) -> str:
    console = Console(width=200, force_terminal=False)
    with console.capture() as capture:
        console.print(process_table(found))
    return capture.get()


def test_a_process_with_its_restarts() -> None:
    facts = {**FACTS, "up_since": time.time() - 3725}
    external = {"postgres": "postgresql://shop:***@db/shop"}
    text = printed({"processes": [facts], "supervisor": {"pid": 1}, "external": external})
    row = next(line for line in text.splitlines() if line.startswith("worker-1"))
    for shown in ("running", "77", "(1:02:05)", "3", "61 MiB", "1.5 %", "ended by SIGKILL"):
        assert shown in row
    assert "external" in text
    assert "postgresql://shop:***@db/shop" in text


def test_a_process_that_hangs_and_one_that_waits() -> None:
    hangs = {**FACTS, "responsive": False, "up_since": time.time()}
    waits = {**FACTS, "name": "api-1", "state": "waiting", "pid": None, "up_since": None, "responsive": None}
    text = printed({"processes": [hangs, waits], "supervisor": {"pid": 1}, "external": {}})
    assert "running, does not answer" in text
    assert "waiting" in text


RELAY = {
    "leader": "relay-1",
    "published": 6_000_000,
    "behind": 3,
    "held_up_by": [],
    "refusal": None,
    "shards": [{"part": 0, "parts": 1, "published": 6_000_000, "leader": "relay-1"}],
}


def test_each_of_several_shards_has_a_line() -> None:
    shards = [
        {"part": 0, "parts": 2, "published": 3000, "leader": "relay-1"},
        {"part": 1, "parts": 2, "published": 2990, "leader": None},
    ]
    database = {
        "orders": {},
        "orders_estimated": False,
        "oldest_waiting_seconds": 0.0,
        "relay": RELAY | {"leader": None, "shards": shards},
        "dead_letters": 0,
    }
    lines = pipeline_lines({"database": database, "consumers": {}, "queues": {}})
    assert [line.partition("[/]")[2] for line in lines if "shard" in line] == [
        " 3000 published, led by relay-1",
        " 2990 published, no leader",
    ]
    only = pipeline_lines({"database": database | {"relay": RELAY}, "consumers": {}, "queues": {}})
    assert not any("shard" in line for line in only)


def test_orders_that_are_estimated_are_said_to_be_and_what_holds_up_the_relay_is_named() -> None:
    holder = "pid 7, user ana, database shop, 3.2 s old, query: update [x]"
    database = {
        "orders": {"confirmed": 1_000_000},
        "orders_estimated": True,
        "oldest_waiting_seconds": 0.0,
        "relay": RELAY | {"held_up_by": [holder]},
        "dead_letters": 0,
    }
    console = Console(width=200, force_terminal=False)
    with console.capture() as capture:
        console.print(*pipeline_lines({"database": database, "consumers": {}, "queues": {}}), sep="\n")
    assert "about confirmed 1000000" in capture.get()
    assert f"held up by      {holder}" in capture.get()


def test_parts_of_the_pipeline_that_are_away_say_so() -> None:
    pipeline = {
        "database": {"unavailable": "connection refused"},
        "consumers": {"bridge": {"lag": {"0": 3, "1": 0}, "stopped": []}},
        "queues": {"unavailable": "no answer within 2 s"},
    }
    lines = "\n".join(pipeline_lines(pipeline))
    assert "unavailable: connection refused" in lines
    assert "0: 3  1: 0" in lines
    assert "unavailable: no answer within 2 s" in lines


def test_a_consumer_that_has_stopped_says_where_and_why() -> None:
    reason = "bridge has stopped at pedidos.orders.placed/1/70: too many [100] could not be decoded"
    console = Console(width=200, force_terminal=False)
    with console.capture() as capture:
        consumers = {"bridge": {"lag": {"1": 30}, "stopped": [reason]}}
        console.print(
            *pipeline_lines({"database": {"unavailable": "x"}, "consumers": consumers, "queues": {}}), sep="\n"
        )
    assert f"stopped         {reason}" in capture.get()
