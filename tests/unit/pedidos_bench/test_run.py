"""A run as a whole: systems in turns, what is missing or breaks is named, and the rest goes on."""

import io
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import pytest
from rich.console import Console

from pedidos_bench import run
from pedidos_bench.report import html, terminal
from pedidos_bench.results import Report, Run
from pedidos_bench.run import Benchmark
from pedidos_bench.sizes import QUICK
from pedidos_bench.system import Servers, System, Target

TWICE = replace(QUICK, rounds=2)


@dataclass(frozen=True, slots=True)
class Fake:
    """breaks: in which of its runs, from 1; 0 for never."""

    name: str
    lacks: str | None = None
    breaks: int = 0

    @property
    def label(self) -> str:
        return f"the {self.name}"

    def missing(self) -> str | None:
        return self.lacks

    def started(self, servers: Servers) -> AbstractContextManager[Target]:
        raise NotImplementedError


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which system was run when; no server is started."""
    done: list[str] = []

    def compared(_servers: Any, system: Fake, measures: Sequence[str], _sizes: Any) -> Iterator[Run]:
        done.append(system.name)
        if done.count(system.name) == system.breaks:
            raise RuntimeError("it fell over")
        for name in measures:
            yield Run(name, system.name, "", {"orders_per_second": 1.0})

    monkeypatch.setattr(run, "running", nullcontext)
    monkeypatch.setattr(run, "compared_runs", compared)
    return done


def benchmark(systems: Sequence[System], kept: list[Report]) -> Report:
    made = Benchmark(TWICE, ["end_to_end", "low_load"], systems, lambda _: None, kept.append)
    made.run()
    return made.report()


def test_systems_take_turns(order: list[str]) -> None:
    report = benchmark([Fake("one"), Fake("other")], [])

    assert order == ["one", "other", "one", "other"]
    assert [each.system for each in report.runs] == ["one", "one", "other", "other"] * 2
    assert (report.scale, report.skipped) == ("quick", {})


def test_what_is_missing_is_left_out_with_its_word(order: list[str]) -> None:
    report = benchmark([Fake("one"), Fake("other", lacks="Go is not installed")], [])

    assert order == ["one", "one"]
    assert report.skipped == {"other": "Go is not installed"}


def test_what_breaks_keeps_its_earlier_runs_and_spoils_nobody_elses(order: list[str]) -> None:
    kept: list[Report] = []
    report = benchmark([Fake("one", breaks=2), Fake("other")], kept)

    assert order == ["one", "other", "one", "other"]
    assert [each.system for each in report.runs] == ["one", "one", "other", "other", "other", "other"]
    assert "it fell over" in report.skipped["one"]
    assert len(kept) == 7  # after each of six runs, and when one broke
    assert kept[-1].runs == report.runs


def test_an_interrupted_run_has_a_report_of_what_was_measured_before(order: list[str]) -> None:
    def keep(report: Report) -> None:
        if len(report.runs) == 3:
            raise KeyboardInterrupt

    made = Benchmark(TWICE, ["end_to_end"], [Fake("one"), Fake("other")], lambda _: None, keep)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    assert order == ["one", "other", "one"]
    assert [each.system for each in made.report().runs] == order
    shown = io.StringIO()
    terminal.show(made.report(), Console(file=shown))
    assert "end to end" in shown.getvalue()


def test_a_run_that_is_interrupted_at_once_has_a_report(order: list[str]) -> None:
    report = Benchmark(TWICE, ["end_to_end"], [], lambda _: None, lambda _: None).report()
    terminal.show(report, Console(file=io.StringIO()))
    assert "<html" in html.page(report)
    assert order == []
