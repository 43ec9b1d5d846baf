"""The page stands alone, escapes what it is given, and says in text what its plots show."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pedidos_bench.report.html import page
from pedidos_bench.results import Run
from tests.unit.pedidos_bench.report import made_up


class Outline(HTMLParser):
    """Which elements are open, and what was seen of those that matter here."""

    EMPTY = frozenset({"meta", "link", "img", "br", "hr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.plots: list[dict[str, str | None]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.elements: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs
        if tag == "svg":
            self.plots.append(dict(attrs))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text() -> str:
    """A page is made once: its plots take a second or more."""
    return page(made_up.report())


def test_it_needs_no_other_file(text: str) -> None:
    outline = Outline(text)
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert not outline.elements & {"script", "link", "img", "iframe"}
    links = [value for name, value in outline.attributes if name in ("src", "href", "xlink:href")]
    assert all(value is not None and value.startswith("#") for value in links)


def test_every_link_inside_a_plot_has_its_target(text: str) -> None:
    wanted = set(re.findall(r'(?:href="|url\()#([\w.]+)', text))
    assert wanted
    assert wanted <= set(re.findall(r'id="([\w.-]+)"', text))


def test_its_plots_take_their_colours_and_font_from_the_page(text: str) -> None:
    plots = text.partition("</style>")[2]
    assert "var(--s0)" in plots
    assert not re.search(r"(fill|stroke): #|font-family", plots)


def test_its_elements_are_closed_in_order(text: str) -> None:
    assert Outline(text).open == []


def test_labels_are_escaped_everywhere() -> None:
    bad = '<img src=x onerror="alert(1)">&'
    report = made_up.report()
    run = Run(
        "end_to_end",
        bad,
        bad,
        {"orders_per_second": 10.0, bad: 1.0},
        cpu={bad: 1.0},
        quantiles={bad: made_up.quantiles(5.0)},
    )
    wrong = replace(run, findings=[bad])
    hostile = replace(
        report,
        began_at=bad,
        machine={bad: bad},
        versions={bad: bad},
        systems={**report.systems, bad: bad},
        skipped={bad: bad},
        runs=[*report.runs, run, wrong],
    )
    text = page(hostile)
    assert "<img" not in text
    assert "&lt;img" in text
    assert "img" not in Outline(text).elements


def test_every_plot_has_a_text_alternative_with_its_figures(text: str) -> None:
    plots = [plot for plot in Outline(text).plots if plot.get("aria-hidden") != "true"]
    assert len(plots) >= 6
    assert all(plot["role"] == "img" and plot["aria-label"] for plot in plots)
    assert any("pedidos 1,000" in str(plot["aria-label"]) for plot in plots)
    assert any("worker 0.300" in str(plot["aria-label"]) for plot in plots)


def test_what_does_not_count_and_what_was_not_run_is_reported() -> None:
    text = page(made_up.report(findings={"textbook": ["2 orders lost"]}))
    assert "2 orders lost" in text
    assert "Go is not installed" in text
    assert "not measured" in text  # what is compared with the textbook


def test_an_empty_report_is_a_page_too() -> None:
    text = page(replace(made_up.report(), runs=[], systems={}, machine={}, versions={}, skipped={}))
    assert "not measured" in text
    assert Outline(text).open == []


def test_no_coordinate_is_missing() -> None:
    report = made_up.report()
    nothing = Run("end_to_end", "stuck", "", {"orders_per_second": 0.0}, cpu={"api": 0.0},
                  quantiles={"accept": [0.0] * 101})  # fmt: skip
    for text in (page(report), page(replace(report, runs=[nothing]))):
        assert not re.search(r'="[^"]*\b(nan|inf)\b', text)
