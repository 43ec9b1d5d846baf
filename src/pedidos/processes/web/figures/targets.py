"""Finds the processes that serve /metrics: by the files that they write for Prometheus' file_sd, or by name."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple


class Target(NamedTuple):
    """name: of the process, such as worker-1. address: host and port of its /metrics."""

    name: str
    kind: str
    address: str


def finder(listed: str | None, own_file: Path | None) -> Callable[[], list[Target]]:
    """The function that finds the targets now.

    listed: kind=host:port, comma-separated; each address of a host is a process. own_file: where this process writes
    its own target; those of the others are beside it. Without both, there are none.
    """
    if listed:
        return lambda: [target for each in listed.split(",") for target in _resolved(each.strip())]
    if own_file is not None:
        return lambda: [target for file in sorted(own_file.parent.glob("*.json")) for target in _written(file)]
    return list


def _resolved(listed: str) -> Iterator[Target]:
    kind, _, address = listed.partition("=")
    host, _, port = address.rpartition(":")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except OSError:  # none of its kind runs, which the page shows
        return
    hosts = sorted({str(each[4][0]) for each in found})
    for each in hosts:
        name = kind if len(hosts) == 1 else f"{kind} {each}"
        yield Target(name, kind, f"[{each}]:{port}" if ":" in each else f"{each}:{port}")


def _written(file: Path) -> Iterator[Target]:
    try:
        for each in json.loads(file.read_text("utf-8")):
            yield Target(each["labels"]["instance"], each["labels"]["job"], each["targets"][0])
    except (OSError, ValueError, LookupError, TypeError):  # it is being replaced, or is not such a file
        return
