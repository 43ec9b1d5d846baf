"""The figures outlive the process that made them."""

from array import array
from pathlib import Path

import orjson
import pytest

from pedidos.processes.web.figures.exposition import STARTED, series
from pedidos.processes.web.figures.keeping import FiguresFile, Kept
from pedidos.processes.web.figures.kept import KEPT, History, Point, point
from pedidos.processes.web.figures.totals import Totals
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED
from pedidos.telemetry.catalogue.whole_platform import OLDEST_ORDER
from tests.unit.pedidos.processes.web.figures.made import BEGAN

ACCEPTED = series(ORDERS_ACCEPTED)
OLDEST = series(OLDEST_ORDER)
NOW = BEGAN + 1000


def answer(count: float, started: float = 0.0) -> dict[str, float]:
    return {ACCEPTED: count, STARTED: started, "pedidos_other": 5.0}


@pytest.fixture
def file(tmp_path: Path) -> FiguresFile:
    return FiguresFile(tmp_path / "figures" / "web.json")


def test_the_hour_and_the_sums_go_on(file: FiguresFile) -> None:
    totals, points = Totals(), []
    for second, count in ((0, 10.0), (15, 17.0)):
        points.append(point(BEGAN + second, totals.add(BEGAN + second, {"api-1": answer(count)})))
    file.write(totals.kept(points, BEGAN + 15))

    kept = file.read(NOW)
    assert [(each.at, each[ACCEPTED]) for each in kept.points] == [(BEGAN, 0), (BEGAN + 15, 7)]
    assert kept.progressed == BEGAN + 15
    later = Totals(kept)
    # What was counted while no one looked is counted too; so is what a process counts that began meanwhile.
    sums = later.add(NOW, {"api-1": answer(20.0), "api-2": answer(4.0, started=BEGAN + 20)})
    assert sums[ACCEPTED] == 7 + 3 + 4
    history = History(kept.points)
    history.add(point(NOW, sums))
    assert [each[ACCEPTED] for each in history.since(0)] == [0, 7, 14]


def test_only_what_is_needed_is_written(file: FiguresFile, tmp_path: Path) -> None:
    totals = Totals()
    totals.add(BEGAN, {"api-1": answer(1.0)})
    file.write(totals.kept([], None))
    written = orjson.loads((tmp_path / "figures" / "web.json").read_bytes())
    assert written["last"] == {"api-1": {ACCEPTED: 1.0, STARTED: 0.0}}
    assert [each.name for each in (tmp_path / "figures").iterdir()] == ["web.json"]


def test_another_version_reads_the_series_that_it_knows(file: FiguresFile, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    text = {"series": ["gone", OLDEST], "points": [[BEGAN, 1.0, 2.0]], "sums": {"gone": 3.0}, "last": {}}
    (tmp_path / "figures" / "web.json").write_bytes(orjson.dumps({**text, "before": None, "progressed": None}))
    [found] = file.read(NOW).points
    assert (found[OLDEST], sum(found.values)) == (2.0, 2.0)
    assert Totals(file.read(NOW)).add(NOW, {})[ACCEPTED] == 0


def test_what_is_of_the_future_is_left_out(file: FiguresFile) -> None:
    file.write(Kept([Point(NOW + 5, array("d", bytes(8 * len(KEPT))))], {}, {}, NOW + 5, NOW + 5))
    assert file.read(NOW) == Kept()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00" * 40,
        b"[]",
        b"{}",
        b'{"series": ["a"], "points": [[1]], "sums": {}, "last": {}, "before": null, "progressed": null}',
        b'{"series": [], "points": [["x"]], "sums": {}, "last": {}, "before": null, "progressed": null}',
        b'{"series": [], "points": [], "sums": {}, "last": {"api": 3}, "before": null, "progressed": null}',
    ],
)
def test_a_damaged_file_is_as_none(file: FiguresFile, tmp_path: Path, text: bytes) -> None:
    assert file.read(NOW) == Kept()
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "web.json").write_bytes(text)
    assert file.read(NOW) == Kept()
    file.write(Kept(progressed=BEGAN))
    assert file.read(NOW) == Kept(progressed=BEGAN)


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "figures").write_text("a file, where the folder should be")
    FiguresFile(tmp_path / "figures" / "web.json").write(Kept())
    FiguresFile(None).write(Kept())
    assert FiguresFile(None).read(NOW) == Kept()
