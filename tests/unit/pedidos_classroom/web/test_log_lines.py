"""Which log lines the facts about a place show."""

import json
from pathlib import Path
from uuid import uuid4

from pedidos_classroom.web.log_lines import MOST, reader


def write(path: Path, *texts: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")


def test_the_lines_about_an_order_are_those_of_all_programs_of_a_kind(tmp_path: Path) -> None:
    order_id, other = uuid4(), uuid4()
    late, early = (json.dumps({"order_id": str(order_id), "timestamp": f"2026-11-29T12:00:0{n}Z"}) for n in (2, 1))
    write(tmp_path / "logs" / "worker-1.log", late, json.dumps({"order_id": str(other)}))
    write(tmp_path / "logs" / "worker-2.log", early)
    write(tmp_path / "logs" / "api-1.log", late)
    read = reader(tmp_path)
    assert [(line.program, line.text) for line in read(order_id, "worker")] == [("worker-2", early), ("worker-1", late)]
    assert [line.program for line in read(order_id, "api")] == ["api-1"]
    assert read(order_id, "relay") == []


def test_an_order_that_waits_for_days_shows_its_newest_lines(tmp_path: Path) -> None:
    order_id = uuid4()
    texts = [
        json.dumps({"order_id": str(order_id), "timestamp": f"2026-11-29T12:{n // 60:02}:{n % 60:02}Z"})
        for n in range(MOST + 5)
    ]
    write(tmp_path / "logs" / "scheduler.log", *texts)
    assert [line.text for line in reader(tmp_path)(order_id, "scheduler")] == texts[5:]
