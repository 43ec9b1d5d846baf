"""The times of requests are those in the lines of a process's log, also in the file before."""

import json
from pathlib import Path

import pytest

from pedidos_bench.browsing import server_times
from pedidos_bench.browsing.server_times import NotLogged, server_ms


def line(request_id: str, ms: float) -> str:
    return json.dumps({"event": "request", "request_id": request_id, "ms": ms}) + "\n"


def test_lines_of_these_requests_alone_count(tmp_path: Path) -> None:
    log = tmp_path / "web-1.log"
    log.write_text(line("bench-a-0", 1.5) + line("warm-bench-a-0", 9.0) + line("bench-a-1", 2.5) + "not bench-b\n")
    assert server_ms(log, "bench-a-", 2) == [1.5, 2.5]


def test_lines_that_do_not_come_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_times, "PATIENCE_SECONDS", 0.0)
    log = tmp_path / "web-1.log"
    log.write_text(line("bench-a-0", 1.5))
    with pytest.raises(NotLogged, match="1 of 2"):
        server_ms(log, "bench-a-", 2)
