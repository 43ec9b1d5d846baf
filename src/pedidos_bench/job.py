"""The job of the load client, and the record that the client writes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Job:
    """rate None: a closed loop, each connection sends as soon as it has its answer. Otherwise an open loop: request
    number n is due n / rate seconds after the start, regardless of the others, and its time counts from then on.

    Request n has the body number n and the token number n, both modulo how many there are; its Idempotency-Key is
    run followed by n.
    """

    url: str
    ca_file: str | None
    tokens: Sequence[str]
    bodies: Sequence[str]
    run: str
    orders: int
    connections: int = 32
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """One request. order_id None: it was not accepted. status 0: no answer came. due, sent, answered: time.monotonic(),
    which is the same clock in every process of a machine. In a closed loop, due equals sent."""

    number: int
    order_id: str | None
    status: int
    due: float
    sent: float
    answered: float


@dataclass(frozen=True, slots=True)
class Record:
    """cpu_seconds: of this process, from the first request to the last answer."""

    began: float
    ended: float
    cpu_seconds: float
    placed: Sequence[Placed]

    @classmethod
    def parse(cls, text: bytes) -> "Record":
        """Parses what the client has written."""
        told = orjson.loads(text)
        return cls(told["began"], told["ended"], told["cpu_seconds"], [Placed(*each) for each in told["placed"]])

    def as_json(self) -> bytes:
        return orjson.dumps({**asdict(self), "placed": [tuple(asdict(each).values()) for each in self.placed]})


def due_at(began: float, rate: float, number: int) -> float:
    """The time at which request `number`, counted from 0, is due in an open loop of `rate` requests per second."""
    return began + number / rate
