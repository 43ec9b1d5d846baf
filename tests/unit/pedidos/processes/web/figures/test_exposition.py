"""What a process answers at /metrics, as a value per series."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from pedidos import __version__
from pedidos.domain.steps import Step
from pedidos.processes.web.figures import exposition
from pedidos.processes.web.figures.exposition import NotRead, parse, series, version_in
from pedidos.processes.web.figures.kept import bounds, bucket
from pedidos.telemetry.build import build
from pedidos.telemetry.catalogue.every import CATALOGUE
from pedidos.telemetry.catalogue.orders import ORDERS_CONFIRM_SECONDS
from pedidos.telemetry.catalogue.steps import STEP_MOVED
from tests.support.ports import free_port


def test_each_series_of_the_catalogue_is_found_under_its_name() -> None:
    registry = CollectorRegistry()
    try:
        for metric in CATALOGUE:
            metric.bind(registry)
        STEP_MOVED[Step.CHARGE].inc(7)
        ORDERS_CONFIRM_SECONDS.observe(0.3)
        found = parse(generate_latest(registry).decode())
    finally:
        for metric in CATALOGUE:
            metric.unbind()
    assert found[series(STEP_MOVED, step="charge")] == 7
    assert found[series(ORDERS_CONFIRM_SECONDS, "_count")] == 1
    counts = [found[bucket(ORDERS_CONFIRM_SECONDS, each)] for each in bounds(ORDERS_CONFIRM_SECONDS)]
    assert counts[:3] == [0, 0, 1]
    assert counts[-1] == 1


def test_a_process_says_its_version() -> None:
    registry = CollectorRegistry()
    registry.register(build)
    assert version_in(parse(generate_latest(registry).decode())) == __version__
    assert version_in({}) is None


@pytest.mark.parametrize("text", ["<html><body>Not found</body></html>", "a b c", "a{"])
def test_what_is_no_such_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="float"):
        parse(text)


def test_a_process_that_is_not_there_is_not_read() -> None:
    with pytest.raises(NotRead):
        exposition.read(f"127.0.0.1:{free_port()}", 1.0)
