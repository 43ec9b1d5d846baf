"""A log line has a limited length, whatever a stranger puts into it."""

import orjson

from pedidos.logs.configure import _as_bytes
from pedidos.logs.shortening import LONG_LINE, MAX_TRACEBACK, shortened

MARGIN = 1000


def test_a_usual_line_stays_as_it_is() -> None:
    line = {"event": "request", "path": "/v1/" + "x" * 500, "status": 404, "account_id": None}
    assert orjson.loads(_as_bytes(line)) == line


def test_of_a_long_line_the_texts_are_cut() -> None:
    line = {
        "event": "request",
        "path": "/v1/" + "x" * 30_000,
        "method": "Y" * 30_000,
        "status": 404,
        "members": ["z" * 9000],
    }
    written = _as_bytes(line)
    assert len(written) < LONG_LINE
    cut = orjson.loads(written)
    assert (cut["event"], cut["status"]) == ("request", 404)
    assert cut["path"].startswith("/v1/xxx")
    assert cut["path"].endswith("… (30004 characters)")


def test_a_traceback_keeps_its_end() -> None:
    line = shortened({"event": "unhandled exception", "exception": "frame\n" * 9000 + "ValueError: why"})
    assert isinstance(line, dict)
    assert line["exception"].endswith("ValueError: why")
    assert len(line["exception"]) < MAX_TRACEBACK + MARGIN
