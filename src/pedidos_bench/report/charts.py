"""The plots of a report, by measurement."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pedidos_bench.report import names, plots
from pedidos_bench.report.medians import Case, Medians, Result, Spread
from pedidos_bench.report.words import number, spread, words

_MARKED = (50, 90, 99)


@dataclass(frozen=True, slots=True)
class Chart:
    """drawing is SVG that is safe to show; note says how to read it."""

    title: str
    note: str
    drawing: Markup


def of_measure(figures: Medians, measure: str) -> list[Chart]:
    """The plots of one measurement; none if the tables are enough."""
    own = OF.get(measure, [])
    charts = [chart for make in own for chart in make(figures)]
    return charts + list(_distributions(figures, measure))


def _throughput(figures: Medians) -> Iterable[Chart]:
    rates = _spreads(figures, "end_to_end", names.THROUGHPUT)
    if not rates:
        return
    rows = [
        plots.Bar(_named(case), each.median, each.low, each.high, f"{number(each.median)}/s", _series(case.system))
        for case, each in rates.items()
    ]
    yield Chart(
        "Orders confirmed per second",
        "From the first submit to the last confirmation. The error bar extends from the slowest to the fastest run.",
        plots.bars(_told("Orders per second", rates), rows),
    )


def _cpu(figures: Medians) -> Iterable[Chart]:
    costs = {case: result.cpu for case, result in figures.of("end_to_end").items() if result.cpu}
    floor = _floor(figures)
    ours = {case: cpu for case, cpu in costs.items() if names.is_ours(case.system)}
    if costs:
        yield _cpu_chart("CPU per order by process", costs, {})
    if floor or (ours and len(ours) < len(costs)):
        yield _cpu_chart("The same, of this platform alone", ours, floor)


def _floor(figures: Medians) -> dict[str, Spread]:
    """The cost of the parts alone: part → CPU milliseconds per order."""
    return {
        case.setting or case.system: result.figures[names.CPU]
        for case, result in figures.of("floor").items()
        if names.CPU in result.figures
    }


def _cpu_chart(title: str, costs: Mapping[Case, Mapping[str, Spread]], floor: Mapping[str, Spread]) -> Chart:
    named = {_named(case): cpu for case, cpu in costs.items()} | ({"the parts alone": floor} if floor else {})
    parts = list(dict.fromkeys(part for cpu in named.values() for part in cpu))
    rows = [
        plots.Stack(
            label,
            [(part, cpu[part].median) for part in parts if part in cpu],
            f"{number(sum(each.median for each in cpu.values()))} ms",
        )
        for label, cpu in named.items()
    ]
    told = "; ".join(
        f"{row.label} {row.told} ({', '.join(f'{part} {number(value)}' for part, value in row.parts)})" for row in rows
    )
    note = "Milliseconds of CPU per order, in all processes except the load client."
    if floor:
        note += " The parts alone: the cost of the same work without a system around it."
    return Chart(title, note, plots.stacks(f"CPU milliseconds per order: {told}", rows, parts))


def _growth(figures: Medians) -> Iterable[Chart]:
    series = _by_count(figures, "growth", names.CPU, lambda case, _: case.system)
    if not series:
        return
    yield Chart(
        "CPU per order with orders already stored",
        "Flat is good: an order costs the same regardless of the number of stored orders.",
        plots.lines(
            _told("CPU milliseconds per order", _spreads(figures, "growth", names.CPU)),
            [plots.Line(label, [(x, each.median) for x, each in points]) for label, points in series.items()],
            plots.Axis("orders stored before"),
            plots.Axis("CPU ms per order"),
        ),
    )


def _scale_out(figures: Medians) -> Iterable[Chart]:
    series = {
        label: [(count, each.median / points[0][1].median) for count, each in points]
        for label, points in _by_count(figures, "scale_out", names.THROUGHPUT, _system_and_kind).items()
        if points[0][0] == 1
    }
    if not series:
        return
    counts = sorted({count for points in series.values() for count, _ in points})
    yield Chart(
        "Throughput of several processes against one",
        "The thin dashed line is the ideal: twice the processes, twice the orders.",
        plots.lines(
            _told("Orders per second", _spreads(figures, "scale_out", names.THROUGHPUT)),
            [plots.Line("ideal", [(1, 1), (counts[-1], counts[-1])], ideal=True)]
            + [plots.Line(label, points) for label, points in series.items()],
            plots.Axis("processes", ticks=counts),
            plots.Axis("times the orders of one"),
        ),
    )


def _distributions(figures: Medians, measure: str) -> Iterable[Chart]:
    """One plot for each distribution, with a line for each system. For a single system, one plot with a line for each
    distribution."""
    results = {case: result.quantiles for case, result in figures.of(measure).items() if result.quantiles}
    if len(results) == 1:
        (curves,) = results.values()
        yield _distribution("", {words(name): curve for name, curve in curves.items()})
        return
    for name in dict.fromkeys(name for quantiles in results.values() for name in quantiles):
        of_each = {_named(case): quantiles[name] for case, quantiles in results.items() if name in quantiles}
        yield _distribution(f"{words(name)}: ", of_each)


def _distribution(what: str, curves: Mapping[str, Sequence[float]]) -> Chart:
    told = "; ".join(
        f"{label} half within {number(each[50])}, 99 % within {number(each[99])}" for label, each in curves.items()
    )
    return Chart(
        f"{what}how long it takes",
        "Percentage that is finished within each time; further left is faster, steeper is steadier. "
        "The marks are at 50, 90 and 99 %.",
        plots.lines(
            f"{what}milliseconds: {told}",
            [_curve(label, each) for label, each in curves.items()],
            plots.Axis("milliseconds", log=True),
            plots.Axis("% of them"),
        ),
    )


def _curve(label: str, quantiles: Sequence[float]) -> plots.Line:
    points = [(value, percent) for percent, value in enumerate(quantiles) if value > 0]
    return plots.Line(label, points, [place for place, (_, percent) in enumerate(points) if percent in _MARKED])


def _by_count(
    figures: Medians, measure: str, figure: str, label: Callable[[Case, str], str]
) -> dict[str, list[tuple[int, Spread]]]:
    """Label → (count in the setting, figure), by growing count; only lines that have two points at least."""
    series: dict[str, list[tuple[int, Spread]]] = {}
    for case, each in _spreads(figures, measure, figure).items():
        setting = names.counted(case.setting)
        if setting is not None:
            series.setdefault(label(case, setting[1]), []).append((setting[0], each))
    return {label: sorted(points, key=lambda point: point[0]) for label, points in series.items() if len(points) > 1}


def _system_and_kind(case: Case, kind: str) -> str:
    return f"{kind}s" if case.system == names.OURS else f"{case.system}, {kind}s"


def _spreads(figures: Medians, measure: str, figure: str) -> dict[Case, Spread]:
    results: dict[Case, Result] = figures.of(measure)
    return {case: result.figures[figure] for case, result in results.items() if figure in result.figures}


def _told(what: str, spreads: Mapping[Case, Spread]) -> str:
    each = (
        f"{_named(case)} {number(one.median)}" + (f" ({spread(one)})" if one.runs > 1 else "")
        for case, one in spreads.items()
    )
    return f"{what}: {'; '.join(each)}"


def _named(case: Case) -> str:
    return f"{case.system}, {case.setting}" if case.setting else case.system


def _series(system: str) -> int:
    """Ours in one colour, the peers in another."""
    return 0 if names.is_ours(system) else 1


OF: Mapping[str, Sequence[Callable[[Medians], Iterable[Chart]]]] = {
    "end_to_end": [_throughput, _cpu],
    "growth": [_growth],
    "scale_out": [_scale_out],
}
