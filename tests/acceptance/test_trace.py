"""An order that somebody watches is traced from the request to the live stream."""

import json
import re

from tests.support.platform import Platform
from tests.support.waiting import until

# Reserving is in the same commit as validating, and confirming in that of the charge.
WAY = {
    "accept",
    "commit",
    "publish",
    "bridge",
    "notifier",
    "validate",
    "charge",
    "gateway",
    "stream",
}


def test_the_waterfall_of_an_order_from_the_command_line(platform: Platform) -> None:
    said = re.search(r"order ([0-9a-f-]{36})", platform.run("order"))
    assert said is not None
    order_id = said[1]
    names: set[str] = set()

    def complete() -> bool:
        names.update(span["name"] for span in json.loads(platform.run("trace", order_id, "--json")))
        return names >= WAY

    until(complete, "all spans")
    lines = platform.run("trace", order_id).splitlines()
    assert lines[0].startswith(order_id)
    assert lines[2].startswith("accept ")
    assert {line.split()[0] for line in lines[2:]} == WAY
    assert set(re.findall(r"  ([a-z]+-1)  ", "\n".join(lines))) == {
        "api-1",
        "relay-1",
        "bridge-1",
        "notifier-1",
        "worker-1",
        "live-1",
    }


def test_an_order_that_is_not_traced_says_so(platform: Platform) -> None:
    assert json.loads(platform.run("trace", "01900000-0000-7000-8000-000000000001", "--json", code=1)) == []


def test_the_lines_about_an_order_are_gathered_from_all_processes(platform: Platform) -> None:
    said = re.search(r"order ([0-9a-f-]{36})", platform.run("order"))
    assert said is not None
    order_id = said[1]
    found = [line.split(" | ", 1) for line in platform.run("logs", "--order", order_id).splitlines()]
    assert "api-1" in {name.strip() for name, _ in found}
    lines = [json.loads(text) for _, text in found]
    assert {line["order_id"] for line in lines} == {order_id}
    assert {line["trace_id"] for line in lines} == {order_id.replace("-", "")}
    assert [line["timestamp"] for line in lines] == sorted(line["timestamp"] for line in lines)


def test_an_order_without_a_line_says_so(platform: Platform) -> None:
    assert "No line is about" in platform.run("logs", "--order", "01900000-0000-7000-8000-000000000001", code=1)
