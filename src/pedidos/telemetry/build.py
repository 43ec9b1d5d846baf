"""Which version a process runs, at its /metrics: pedidos_build_info."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from pedidos import __version__


class _Build(Collector):
    """Not a gauge of the catalogue: the children of a worker would add it up."""

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily("pedidos_build_info", "1, with the version that runs.", labels=["version"])
        family.add_metric([__version__], 1)
        yield family


build = _Build()
