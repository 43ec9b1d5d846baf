"""The objectives on a page are those of the alerts."""

import pytest

from pedidos.processes.web.figures import budgets
from pedidos.processes.web.figures.exposition import series
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED, ORDERS_REFUSED
from pedidos_local.monitoring import objectives
from tests.unit.pedidos.processes.web.figures.made import Platform

ACCEPTED, REFUSED = series(ORDERS_ACCEPTED), series(ORDERS_REFUSED, reason="busy")
BY_NAME = {objective.name: objective for objective in budgets.OBJECTIVES}


def test_the_objectives_and_burns_are_those_of_the_alerts() -> None:
    shown = [(each.name, each.target, each.runbook) for each in budgets.OBJECTIVES]
    assert shown == [(each.name, each.target, each.runbook) for each in objectives.OBJECTIVES]
    burns = [(each.factor, each.long, each.short, each.severity) for each in budgets.BURNS]
    assert burns == [(each.factor, each.long, each.short, each.severity) for each in objectives.BURNS]


@pytest.mark.parametrize("objective", objectives.OBJECTIVES, ids=lambda each: each.name)
def test_an_objective_counts_the_same_series(objective: objectives.Objective) -> None:
    ours = BY_NAME[objective.name]
    for name in (*ours.total, *ours.bad, *ours.good):
        metric = name.partition("{")[0].removesuffix("_bucket")
        assert metric in objective.bad + objective.total
    for name in ours.good:
        assert name.partition("{")[2].rstrip("}") in objective.bad.replace("{{", "{")


def test_the_share_of_the_budget_that_is_left() -> None:
    platform = Platform()
    nothing = budgets.kept(platform.seen({ACCEPTED: 0, REFUSED: 0}).figures, BY_NAME["accepted"], 3600)
    assert (nothing.bad, nothing.left) == (None, 1.0)
    kept = budgets.kept(platform.seen({ACCEPTED: 99_950, REFUSED: 50}).figures, BY_NAME["accepted"], 3600)
    assert kept.bad == pytest.approx(0.0005)
    assert kept.left == pytest.approx(0.5)
    gone = budgets.kept(platform.seen({ACCEPTED: 99_950, REFUSED: 500}).figures, BY_NAME["accepted"], 3600)
    assert gone.left == 0


def test_a_budget_burns_if_it_does_in_both_windows() -> None:
    platform = Platform()
    platform.seen({ACCEPTED: 0, REFUSED: 0})
    figures = platform.seen({ACCEPTED: 1000, REFUSED: 100}).figures
    assert budgets.burning(figures, BY_NAME["accepted"]) == budgets.BURNS[0]
    for _ in range(30):  # it has ended: the hour still has it, the last five minutes do not
        figures = platform.seen({ACCEPTED: 1000, REFUSED: 100}, after=15).figures
    assert budgets.burning(figures, BY_NAME["accepted"]) == budgets.BURNS[1]
