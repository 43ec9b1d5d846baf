"""An experiment is a program of its own: one at a time, watched from anywhere, and ended when its page is left."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from pedidos_local.faults.experiment import Experiments
from pedidos_local.layout import Layout
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor import Refused
from tests.support.waiting import until_async

SPEAKS = """
import json, signal, sys, time
def stop(*_):
    print(json.dumps({"step": "cleaned up"}), flush=True)
    sys.exit(3)
signal.signal(signal.SIGTERM, stop)
print("not JSON")
print(json.dumps({"step": "ordering", "name": sys.argv[1]}), flush=True)
time.sleep(600)
"""

ENDS = """
import json
print(json.dumps({"verdicts": []}), flush=True)
"""

DIES = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"

Scene = Callable[[Experiments], Coroutine[Any, Any, None]]


def play(folder: Path, code: str, scene: Scene, left_seconds: float = 30.0) -> Layout:
    layout = Layout.of(LocalSettings(state_dir=folder))
    layout.make()

    async def whole() -> None:
        experiments = Experiments(layout, [sys.executable, "-c", code], left_seconds)
        try:
            await scene(experiments)
        finally:
            await experiments.close()

    asyncio.run(whole())
    return layout


def shown(experiments: Experiments) -> dict[str, Any]:
    found = experiments.show(0)
    assert found is not None
    return found


def test_what_it_says_is_read_line_by_line(tmp_path: Path) -> None:
    async def scene(experiments: Experiments) -> None:
        assert experiments.show(0) is None
        experiments.start("workers-away", "once", "operator 1")
        await until_async(lambda: shown(experiments)["count"] == 1, "a line")
        run = shown(experiments)
        assert run["lines"] == [{"step": "ordering", "name": "workers-away"}]
        assert (run["prediction"], run["by"], run["ended"]) == ("once", "operator 1", None)
        after = experiments.show(1)
        assert after is not None
        assert after["lines"] == []

    play(tmp_path, SPEAKS, scene)


def test_there_is_one_at_a_time(tmp_path: Path) -> None:
    async def scene(experiments: Experiments) -> None:
        experiments.start("workers-away", "once", "operator 1")
        with pytest.raises(Refused, match="Another experiment goes on"):
            experiments.start("api-killed", "one", "operator 2")
        await until_async(lambda: shown(experiments)["count"] == 1, "a line")
        assert experiments.stop("it was stopped")
        await until_async(lambda: shown(experiments)["ended"], "the end")
        assert shown(experiments)["ended"] == "it was stopped"
        assert shown(experiments)["lines"][-1] == {"step": "cleaned up"}  # it was asked, and not killed
        assert not experiments.stop("once more")
        assert experiments.start("api-killed", "one", "operator 2") == 2

    layout = play(tmp_path, SPEAKS, scene)
    assert not list(layout.run.glob("experiment*"))


def test_it_ends_when_its_page_is_left(tmp_path: Path) -> None:
    async def scene(experiments: Experiments) -> None:
        experiments.start("workers-away", "once", "operator 1")
        task = experiments._task  # a look through show() would count as a page
        assert task is not None
        await until_async(task.done, "the end")
        assert shown(experiments)["ended"] == "its page was left"

    play(tmp_path, SPEAKS, scene, left_seconds=0.5)


@pytest.mark.parametrize(("code", "how"), [(ENDS, "done"), (DIES, "ended by SIGKILL"), ("1/0", "exited with code 1")])
def test_how_it_ended(tmp_path: Path, code: str, how: str) -> None:
    async def scene(experiments: Experiments) -> None:
        experiments.start("workers-away", "once", "operator 1")
        await until_async(lambda: shown(experiments)["ended"], "the end")
        assert shown(experiments)["ended"] == how

    play(tmp_path, code, scene)


@pytest.mark.parametrize("name", ["", "../x", "a b", "x" * 61, "Workers"])
def test_a_name_is_a_name(tmp_path: Path, name: str) -> None:
    async def scene(experiments: Experiments) -> None:
        with pytest.raises(Refused):
            experiments.start(name, "once", "operator 1")

    play(tmp_path, ENDS, scene)
