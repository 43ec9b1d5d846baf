"""Metrics as declarations: a name, a kind, labels with closed sets of values, and why the metric exists.

Recording does nothing until the process binds its metrics to a registry of prometheus-client. So a command of the
operator, a test, or a process with PEDIDOS_TELEMETRY=false pays for an attribute and an empty call.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

PREFIX = "pedidos_"
OTHER = "other"
"""The value that a label with this value in its set takes in place of one that is not in the set."""


class Recorder(StrEnum):
    """The kinds of process that serve /metrics. CONSUMER: every member of a consumer group, such as the bridge."""

    API = "api"
    LIVE = "live"
    WEB = "web"
    RELAY = "relay"
    CONSUMER = "consumer"
    WORKER = "worker"
    SCHEDULER = "scheduler"


@dataclass(frozen=True, slots=True)
class Label:
    """A label and all the values that it can have: never an id, never text of a client."""

    name: str
    values: tuple[str, ...]


class CounterSeries(Protocol):
    def inc(self, amount: float = 1, /) -> None: ...


class GaugeSeries(Protocol):
    def inc(self, amount: float = 1, /) -> None: ...
    def dec(self, amount: float = 1, /) -> None: ...
    def set(self, value: float, /) -> None: ...
    def set_function(self, function: Callable[[], float], /) -> None: ...


class HistogramSeries(Protocol):
    def observe(self, amount: float, /) -> None: ...


class _Nothing:
    """The series of a metric that is not bound, and of a value that its label does not have."""

    def inc(self, amount: float = 1, /) -> None:
        pass

    def dec(self, amount: float = 1, /) -> None:
        pass

    def set(self, value: float, /) -> None:
        pass

    def observe(self, amount: float, /) -> None:
        pass

    def set_function(self, function: Callable[[], float], /) -> None:
        pass


NOTHING = _Nothing()

S = TypeVar("S")


class Metric(Generic[S]):
    """One metric. metric[value] is the series with this value of its label, metric[value, value] with those of its two
    labels. Keep the series, or index with a member of the set: both cost less than a microsecond."""

    kind: ClassVar[str]

    def __init__(
        self,
        name: str,
        about: str,
        *,
        by: Sequence[Recorder],
        why: str,
        unit: str = "",
        labels: Sequence[Label] = (),
        from_start: bool = True,
    ) -> None:
        """name: without the prefix and without the ending _total of a counter. about: the HELP text. by: the processes
        that record it. why: what an operator decides by it. from_start: whether every series exists, with 0, before the
        first record, so that a rate sees the first one."""
        self.name = PREFIX + name
        self.about = about
        self.by = tuple(by)
        self.why = why
        self.unit = unit
        self.labels = tuple(labels)
        self._from_start = from_start
        self._bound: object = None
        self._series: dict[str | tuple[str, ...], S] = {}
        self._one: S = cast(S, NOTHING)

    @property
    def exposed(self) -> str:
        """The name in an exposition and in a query; a histogram adds _bucket, _sum and _count to it."""
        return self.name

    def __getitem__(self, values: str | tuple[str, ...]) -> S:
        found = self._series.get(values)
        return self._find(values) if found is None else found

    def bind(self, registry: "CollectorRegistry") -> None:
        """Makes the series. From now on, recording has an effect."""
        self._series.clear()
        self._bound = self._make(registry)
        if not self.labels:
            self._one = cast(S, self._bound)
        elif self._from_start:
            for values in product(*(label.values for label in self.labels)):
                self._find(values if len(values) > 1 else values[0])

    def unbind(self) -> None:
        """Recording does nothing any more. For tests."""
        self._bound, self._one = None, cast(S, NOTHING)
        self._series.clear()

    def _find(self, values: str | tuple[str, ...]) -> S:
        if self._bound is None:
            return cast(S, NOTHING)
        wanted = (values,) if isinstance(values, str) else values
        if len(wanted) != len(self.labels):
            return cast(S, NOTHING)
        known = tuple(
            value if value in label.values else OTHER for value, label in zip(wanted, self.labels, strict=True)
        )
        if not all(value in label.values for value, label in zip(known, self.labels, strict=True)):
            return cast(S, NOTHING)
        series = cast(S, self._bound.labels(*map(str, known)))  # type: ignore[attr-defined]  # a metric of the library
        # Only what is in the closed sets is kept, so the number of series has a limit.
        self._series[known if len(known) > 1 else known[0]] = series
        return series

    def _make(self, registry: "CollectorRegistry") -> object:
        raise NotImplementedError

    def _library_unit(self) -> str:
        """The unit as OpenMetrics has it: the end of the name, or none."""
        return self.unit if self.unit and self.name.endswith(f"_{self.unit}") else ""


class Counter(Metric[CounterSeries]):
    """Only grows, until its process starts again."""

    kind = "counter"

    @property
    def exposed(self) -> str:
        return f"{self.name}_total"

    def inc(self, amount: float = 1) -> None:
        self._one.inc(amount)

    def _make(self, registry: "CollectorRegistry") -> object:
        from prometheus_client import Counter as Made  # noqa: PLC0415  # only in a process that measures itself

        return Made(self.name, self.about, [label.name for label in self.labels], registry=registry)


class Gauge(Metric[GaugeSeries]):
    """A value that goes up and down. In the children of a worker, the sum over the living ones."""

    kind = "gauge"

    def set(self, value: float) -> None:
        self._one.set(value)

    def set_function(self, function: Callable[[], float]) -> None:
        """The value is asked for at each scrape. Not in the children of a worker."""
        self._one.set_function(function)

    def _make(self, registry: "CollectorRegistry") -> object:
        from prometheus_client import Gauge as Made  # noqa: PLC0415

        return Made(
            self.name,
            self.about,
            [label.name for label in self.labels],
            unit=self._library_unit(),
            registry=registry,
            multiprocess_mode="livesum",
        )


class Histogram(Metric[HistogramSeries]):
    """Counts observations in buckets, by their upper bounds."""

    kind = "histogram"

    def __init__(
        self,
        name: str,
        about: str,
        *,
        buckets: Sequence[float],
        by: Sequence[Recorder],
        why: str,
        unit: str,
        labels: Sequence[Label] = (),
    ) -> None:
        super().__init__(name, about, by=by, why=why, unit=unit, labels=labels)
        self.buckets = tuple(buckets)

    def observe(self, amount: float) -> None:
        self._one.observe(amount)

    def _make(self, registry: "CollectorRegistry") -> object:
        from prometheus_client import Histogram as Made  # noqa: PLC0415

        return Made(
            self.name,
            self.about,
            [label.name for label in self.labels],
            unit=self._library_unit(),
            registry=registry,
            buckets=self.buckets,
        )
