"""The points that are kept: fewer of those that are older."""

from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.kept import History, point
from pedidos.telemetry.catalogue.whole_platform import OLDEST_ORDER
from tests.unit.pedidos.processes.web.figures.made import BEGAN

OLDEST = series(OLDEST_ORDER)
DAY = 86400


def filled(seconds: int, apart: int = 1) -> History:
    """Points every `apart` seconds, each with its second."""
    history = History()
    for second in range(0, seconds, apart):
        history.add(point(BEGAN + second, {OLDEST: float(second)}))
    return history


def test_the_last_minute_is_kept_by_the_second_and_the_hour_by_15_seconds() -> None:
    points = filled(3600).since(0)
    now = points[-1].at
    assert len([each for each in points if each.at > now - 60]) == 60
    older = [each for each in points if each.at < now - 80]
    assert 230 <= len(older) <= 240
    assert points[0].at == BEGAN


def test_three_days_are_few_points_and_older_ones_go() -> None:
    points = filled(5 * DAY, apart=60).since(0)
    assert 900 < len(points) < 950  # one for each five minutes, and the last hour's
    assert points[-1].at - 3 * DAY <= points[0].at <= points[-1].at - 3 * DAY + 600


def test_the_point_of_a_moment_is_the_last_before_it() -> None:
    history = filled(100)
    found = history.at(BEGAN + 50.5)
    assert found is not None
    assert found[OLDEST] == 50
    first = history.at(0)
    assert first is not None
    assert first[OLDEST] == 0
    assert History().at(0) is None


def test_after_the_clock_was_set_back_the_points_ahead_go() -> None:
    history = filled(100)
    history.add(point(BEGAN + 10, {OLDEST: -1.0}))
    points = history.since(0)
    assert points[-1][OLDEST] == -1
    assert [each.at for each in points] == sorted(each.at for each in points)
