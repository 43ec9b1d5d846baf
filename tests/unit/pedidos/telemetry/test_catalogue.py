"""The catalogue: closed sets that match the code, names of the field, a reason for each metric."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

from pedidos.http import problems
from pedidos.messaging import groups
from pedidos.processes.celery_app import queue_names
from pedidos.telemetry import catalogue
from pedidos.telemetry.catalogue.consumers import GROUPS
from pedidos.telemetry.catalogue.every import CATALOGUE, SUBJECTS
from pedidos.telemetry.catalogue.orders import OUR_FAULT, REASONS
from pedidos.telemetry.catalogue.whole_platform import QUEUES
from pedidos.telemetry.metric import OTHER, Counter, Histogram, Metric

MOST_VALUES = 24
MOST_SERIES = 120


def test_every_reason_is_a_problem_type_and_every_fault_of_ours_is_one() -> None:
    slugs = {problem.slug for problem in problems.catalogue()}
    assert set(REASONS) - {OTHER} <= slugs
    assert set(OUR_FAULT) == {problem.slug for problem in problems.catalogue() if problem.status >= 500}


def test_groups_and_queues_are_those_of_the_platform() -> None:
    assert set(GROUPS) == set(groups.GROUPS)
    assert set(QUEUES) == set(queue_names())


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_a_metric_is_named_explained_and_bounded(metric: Metric[object]) -> None:
    assert re.fullmatch(r"pedidos_[a-z_]+", metric.name)
    assert not metric.name.endswith("_total")
    assert metric.about.endswith(".")
    assert metric.why.endswith(".")
    assert metric.by
    series = 1
    for label in metric.labels:
        assert len(label.values) == len(set(label.values)) <= MOST_VALUES
        series *= len(label.values)
    if isinstance(metric, Histogram):
        assert list(metric.buckets) == sorted(set(metric.buckets))
        series *= len(metric.buckets) + 2
    assert series <= MOST_SERIES


def test_every_module_that_declares_metrics_is_a_subject() -> None:
    modules = [import_module(f"{catalogue.__name__}.{each.name}") for each in iter_modules(catalogue.__path__)]
    declare = {module.__name__ for module in modules if any(isinstance(each, Metric) for each in vars(module).values())}
    assert {subject.__name__ for subject in SUBJECTS} == declare


def test_no_name_is_used_twice() -> None:
    names = [metric.exposed for metric in CATALOGUE]
    assert len(names) == len(set(names))


def test_what_is_counted_is_a_counter() -> None:
    assert all(isinstance(metric, Counter) == metric.exposed.endswith("_total") for metric in CATALOGUE)
