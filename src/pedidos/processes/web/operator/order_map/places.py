"""The places of the pipeline, and where each is in the two drawings: a wide one, and a tall one for phones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType


class Place(StrEnum):
    """A place through which orders go, in the sequence in which an order reaches them."""

    EDGE = "edge"
    API = "api"
    LOG = "log"
    """The event log in PostgreSQL."""
    RELAY = "relay"
    KAFKA = "kafka"
    BRIDGE = "bridge"
    QUEUE = "queue"
    WORKER = "worker"
    GATEWAY = "gateway"
    STREAM = "stream"


KIND: Mapping[Place, str] = MappingProxyType(
    {
        Place.EDGE: "edge",
        Place.API: "api",
        Place.LOG: "postgres",
        Place.RELAY: "relay",
        Place.KAFKA: "kafka",
        Place.BRIDGE: "bridge",
        Place.QUEUE: "valkey",
        Place.WORKER: "worker",
        Place.GATEWAY: "gateway",
        Place.STREAM: "live",
    }
)
"""The kind of process, or the server, that works at each place."""

BACK_AT_ONCE = frozenset({"edge", "web", "postgres"})
"""Kinds that can be killed, and not kept away: the pages need them."""


def kind_of(program: str) -> str:
    """The kind of a program or a process, such as worker of worker-1."""
    return program.partition("-")[0]


Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Drawing:
    """centres: of the boxes, in the units of the viewBox. bends: the corners of a pipe between two places, where it is
    not straight."""

    name: str
    size: Point
    box: Point
    centres: Mapping[Place, Point]
    bends: Mapping[tuple[Place, Place], Sequence[Point]]

    def pipe(self, begin: Place, end: Place) -> list[Point]:
        """The points of the way from one place to another: back along the same pipe, if there is one."""
        bends = self.bends.get((begin, end))
        if bends is None:
            bends = list(reversed(self.bends.get((end, begin), ())))
        return [self.centres[begin], *bends, self.centres[end]]


PIPES = (
    *pairwise((Place.EDGE, Place.API, Place.LOG, Place.RELAY, Place.KAFKA, Place.BRIDGE, Place.QUEUE, Place.WORKER)),
    (Place.WORKER, Place.LOG),
    (Place.WORKER, Place.GATEWAY),
    (Place.KAFKA, Place.STREAM),
)
"""Between which places there is a pipe."""

P = Place

WIDE = Drawing(
    "wide",
    (1160, 330),
    (148, 74),
    MappingProxyType(
        {
            P.EDGE: (84, 62),
            P.API: (312, 62),
            P.LOG: (540, 62),
            P.RELAY: (768, 62),
            P.KAFKA: (996, 62),
            P.BRIDGE: (996, 204),
            P.QUEUE: (768, 204),
            P.WORKER: (540, 204),
            P.GATEWAY: (312, 204),
            P.STREAM: (84, 204),
        }
    ),
    MappingProxyType({(P.KAFKA, P.STREAM): ((1126, 62), (1126, 300), (84, 300))}),
)

TALL = Drawing(
    "tall",
    (340, 560),
    (140, 74),
    MappingProxyType(
        {
            P.EDGE: (84, 46),
            P.API: (256, 46),
            P.LOG: (256, 158),
            P.RELAY: (84, 158),
            P.KAFKA: (84, 270),
            P.WORKER: (256, 270),
            P.BRIDGE: (84, 382),
            P.QUEUE: (256, 382),
            P.STREAM: (84, 510),
            P.GATEWAY: (256, 510),
        }
    ),
    MappingProxyType(
        {
            (P.KAFKA, P.STREAM): ((6, 270), (6, 510)),
            (P.WORKER, P.GATEWAY): ((334, 270), (334, 510)),
        }
    ),
)

DRAWINGS = (WIDE, TALL)
