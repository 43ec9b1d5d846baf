"""The drawing of a dashboard, from a server that answers as Prometheus does."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pytest
from matplotlib.axes import Axes

from pedidos_dev.pictures.drawing import Prometheus, draw

BOARDS = sorted((Path(__file__).parents[4] / "deploy" / "grafana").glob("*.json"))
START, END = 1_700_000_000.0, 1_700_000_600.0


class Answers(BaseHTTPRequestHandler):
    """Answers each query with one series, whose labels have the query."""

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        values = [[float(asked["start"][0]) + second, "2.5"] for second in (0, 300, 600)]
        body = json.dumps({"data": {"result": [{"metric": {"step": asked["query"][0]}, "values": values}]}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_about: object) -> None:
        pass


@pytest.fixture
def prometheus() -> Iterator[Prometheus]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Prometheus(f"http://127.0.0.1:{server.server_port}", ("pedidos", "a password"), START, END)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_every_panel_has_its_place_and_its_series(path: Path, prometheus: Prometheus) -> None:
    board = json.loads(path.read_text("utf-8"))
    figure = draw(board, prometheus)
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert [axes.get_title("left") for axes in figure.axes] == [panel["title"] for panel in panels]
    assert [len(axes.lines) for axes in figure.axes] == [len(panel["targets"]) for panel in panels]
    boxes = [axes.get_position() for axes in figure.axes]
    assert all(0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1 for box in boxes)
    assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place])


def test_the_rate_is_taken_over_a_minute_and_labels_are_in_the_legend(prometheus: Prometheus) -> None:
    (series,) = prometheus.series("rate(orders[$__rate_interval])", "step {{step}}")
    assert series.legend == "step rate(orders[60s])"
    assert series.values == [2.5, 2.5, 2.5]


def test_a_panel_without_series_says_so(prometheus: Prometheus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prometheus, "series", lambda _expression, _legend: iter(()))
    board = json.loads(BOARDS[0].read_text("utf-8"))
    assert all(_said(axes) == ["no series"] for axes in draw(board, prometheus).axes)


def _said(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]
