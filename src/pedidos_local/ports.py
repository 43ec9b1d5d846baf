"""The ports of the local platform's servers, and the process that uses a port that is taken."""

import os
import socket
from collections.abc import Mapping

import psutil

from pedidos.sentence import Sentence
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor_words import OTHER_PORTS, PORT_TAKEN

LOOPBACK = "127.0.0.1"

# Offsets from port_base; 1 is not used
EDGE = 0
POSTGRES, VALKEY, KAFKA, KAFKA_CONTROLLER, GATEWAY, CONTROL, PROMETHEUS, POSTBOX = range(2, 10)
SECOND_KAFKA = 70
OF_KIND = {"api": range(10, 30), "live": range(30, 50), "web": range(50, 60)}
"""The ports of each kind of process that serves HTTP behind the edge, one per instance."""

SHOWN_COMMAND = 100


class PortTaken(Exception):
    """Another program listens on a port of the platform. The message names both and says what to do."""


def fixed(settings: LocalSettings) -> dict[str, int]:
    """Every server with a single instance, and its port."""
    offsets = {
        "edge": EDGE,
        "PostgreSQL": POSTGRES,
        "Valkey": VALKEY,
        "Kafka": KAFKA,
        "Kafka's controller": KAFKA_CONTROLLER,
        "gateway": GATEWAY,
        "control": CONTROL,
    }
    return {name: settings.port_base + offset for name, offset in offsets.items()}


def of_instance(settings: LocalSettings, kind: str, number: int) -> int:
    """The port of the number-th (from 1) process of a kind; raises ValueError for one too many."""
    if not 1 <= number <= len(OF_KIND[kind]):
        raise ValueError(f"{kind}-{number}: there are ports for {kind}-1 to {kind}-{len(OF_KIND[kind])}")
    return settings.port_base + OF_KIND[kind][number - 1]


def of_instances(settings: LocalSettings, kind: str) -> list[int]:
    """The ports of all instances of a kind that there can be."""
    return [settings.port_base + offset for offset in OF_KIND[kind]]


def of_broker(settings: LocalSettings, number: int) -> tuple[int, int]:
    """The ports of the number-th (from 1) Kafka node: of the broker, and of the controller."""
    first = settings.port_base + (KAFKA if number == 1 else SECOND_KAFKA + 2 * (number - 2))
    return first, first + 1


def is_free(port: int) -> bool:
    """Whether a server of ours could listen on the port now."""
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def holder(port: int) -> psutil.Process | None:
    """The process that listens on the port, if this user may see it."""
    for process in psutil.process_iter():
        try:
            connections = process.net_connections("tcp")
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        if any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections):
            return process
    return None


def check(needed: Mapping[str, int]) -> None:
    """Checks ports by server name; raises PortTaken, which lists every port that is not free."""
    taken = [
        PORT_TAKEN.filled(port=port, server=server, holder=describe_holder(port))
        for server, port in needed.items()
        if not is_free(port)
    ]
    if taken:
        raise PortTaken(Sentence.lines([*taken, OTHER_PORTS]))


def describe_holder(port: int) -> str:
    """The holder's pid and command, for an error message."""
    process = holder(port)
    if process is None:
        return Sentence("a process that this user may not see")
    try:
        command = " ".join(process.cmdline()) or process.name()
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return f"pid {process.pid}"
    shown = command if len(command) <= SHOWN_COMMAND else command[:SHOWN_COMMAND] + "…"
    return f"pid {process.pid}: {shown}"
