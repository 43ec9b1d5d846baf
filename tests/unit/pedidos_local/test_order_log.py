"""The lines about an order, of all programs, by their time."""

import json
from pathlib import Path
from uuid import UUID

from pedidos_local.order_log import lines_about

ORDER = UUID("01900000-0000-7000-80ff-ffff00000001")
ANOTHER = "01900000-0000-7000-80ff-ffff00000002"


def ours(at: str, order_id: object, event: str) -> str:
    return json.dumps({"order_id": str(order_id), "event": event, "timestamp": f"2026-11-29T14:{at}Z"})


def test_lines_of_all_programs_by_their_time(tmp_path: Path) -> None:
    edge = json.dumps({"ts": 1795962000.5, "request": {"uri": f"/v1/orders/{ORDER}"}})  # 14:20:00.5
    written = {
        "worker-1.log": [ours("20:02.000001", ORDER, "held"), ours("20:00.1", ANOTHER, "held"), "no JSON"],
        "worker-1.log.1": [ours("19:59", ORDER, "older")],
        "api-1.log": [ours("20:00", ORDER, "request"), f"a traceback of {ORDER}"],
        "edge.log": [edge],
    }
    for name, lines in written.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    found = lines_about(ORDER, sorted(tmp_path.glob("*.log")))
    assert [line.program for line in found] == ["api-1", "worker-1", "api-1", "edge", "worker-1"]
    assert [line.text for line in found[1:]] == [
        written["worker-1.log.1"][0],
        written["api-1.log"][0],
        edge,
        written["worker-1.log"][0],
    ]


def test_the_trace_id_is_found_too(tmp_path: Path) -> None:
    path = tmp_path / "relay-1.log"
    path.write_text(json.dumps({"trace_id": ORDER.hex}) + "\n", "utf-8")
    assert len(lines_about(ORDER, [path])) == 1


def test_bytes_that_are_no_text_stop_nothing(tmp_path: Path) -> None:
    path = tmp_path / "relay-1.log"
    path.write_bytes(b"\xff\xfe\n" + str(ORDER).encode() + b"\xff\n")
    assert len(lines_about(ORDER, [path, tmp_path / "gone.log"])) == 1
