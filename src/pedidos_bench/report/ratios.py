"""The values that the goals limit, from a report's medians: mostly one figure relative to another of the same run."""

from collections.abc import Callable
from dataclasses import dataclass

from pedidos_bench.report import names
from pedidos_bench.report.medians import Medians, Spread
from pedidos_bench.report.words import number


@dataclass(frozen=True, slots=True)
class Found:
    """value: what the goal limits. how: the figures that it is calculated from, as text."""

    value: float
    how: str


Finder = Callable[[Medians], Found | None]


def against_best_peer(figures: Medians) -> Found | None:
    """Orders per second compared with the peer that confirms most, in its best variant."""
    rates = _peers(figures, names.THROUGHPUT)
    best = max(rates, key=lambda peer: rates[peer].median, default=None)
    return None if best is None else _end_to_end(figures, names.OURS, best, names.THROUGHPUT)


def against_textbook(figures: Medians) -> Found | None:
    """Orders per second compared with the textbook chain."""
    return _end_to_end(figures, names.OURS, names.TEXTBOOK, names.THROUGHPUT)


def cpu_against_best_peer(figures: Medians) -> Found | None:
    """CPU per order in all processes, compared with the peer that uses least."""
    costs = _peers(figures, names.CPU)
    best = min(costs, key=lambda peer: costs[peer].median, default=None)
    return None if best is None else _end_to_end(figures, names.OURS, best, names.CPU)


def cpu_against_floor(figures: Medians) -> Found | None:
    """CPU per order in all processes, compared with the sum of the costs of the parts alone."""
    ours = figures.figure("end_to_end", names.OURS, names.CPU)
    parts = {case: result.figures[names.CPU] for case, result in figures.of("floor").items()
             if names.CPU in result.figures}  # fmt: skip
    if ours is None or not parts:
        return None
    floor = sum(part.median for part in parts.values())
    told = " + ".join(f"{case.setting or case.system} {number(part.median)}" for case, part in parts.items())
    return _ratio(ours.median, f"{names.OURS} {number(ours.median)} ms", floor, f"({told}) ms")


def https_against_http(figures: Medians) -> Found | None:
    """Orders per second through the edge, compared with plain HTTP."""
    return _end_to_end(figures, names.OURS_HTTPS, names.OURS, names.THROUGHPUT)


def latency_against_best_peer(figure: str) -> Finder:
    """A latency at low load, compared with the lowest of any peer."""

    def found(figures: Medians) -> Found | None:
        latencies = _peers(figures, figure, "low_load")
        best = min(latencies, key=lambda peer: latencies[peer].median, default=None)
        return None if best is None else _against(figures, "low_load", names.OURS, best, figure)

    return found


def accept_beside(setting: str) -> Finder:
    """The slowest accepts beside other work, compared with those without it."""

    def found(figures: Medians) -> Found | None:
        for case, result in figures.of("beside").items():
            alone, beside = (result.figures.get(f"accept_p99_{when}_ms") for when in ("alone", "beside"))
            if case.setting == setting and alone is not None and beside is not None:
                told = f"beside {number(beside.median)} ms", f"alone {number(alone.median)} ms"
                return _ratio(beside.median, told[0], alone.median, told[1])
        return None

    return found


def idle_with_events(figures: Medians) -> Found | None:
    """CPU without orders, with the most stored events that were measured, compared with none."""
    used = _counted(figures, "idle", "idle_cpu_percent", lambda _, what: what == "event")
    if 0 not in used or len(used) < 2:
        return None
    most = max(used)
    told = f"{most:,} events {number(used[most].median)} %"
    return _ratio(used[most].median, told, used[0].median, f"none {number(used[0].median)} %")


def accept_behind_backlog(figures: Medians) -> Found | None:
    """The slowest accepts while orders wait, compared with those while none wait."""
    waiting = figures.figure("backlog", names.OURS, "accept_p99_waiting_ms")
    none_waiting = figures.figure("backlog", names.OURS, "accept_p99_none_waiting_ms")
    if waiting is None or none_waiting is None:
        return None
    return _ratio(
        waiting.median,
        f"waiting {number(waiting.median)} ms",
        none_waiting.median,
        f"none waiting {number(none_waiting.median)} ms",
    )


def growth(stored: int) -> Finder:
    """CPU per order with `stored` orders stored, compared with none."""

    def found(figures: Medians) -> Found | None:
        costs = _counted(figures, "growth", names.CPU, lambda number_of, _: number_of in {0, stored})
        if 0 not in costs or stored not in costs:
            return None
        told = f"{stored:,} stored {number(costs[stored].median)} ms"
        return _ratio(costs[stored].median, told, costs[0].median, f"none stored {number(costs[0].median)} ms")

    return found


def scale_out(many: int, kind: str) -> Finder:
    """Orders per second of several processes of a kind, compared with one."""

    def found(figures: Medians) -> Found | None:
        rates = _counted(figures, "scale_out", names.THROUGHPUT, lambda _, what: what == kind)
        if 1 not in rates or many not in rates:
            return None
        told = f"{many} {kind}s {number(rates[many].median)}/s"
        return _ratio(rates[many].median, told, rates[1].median, f"1 {kind} {number(rates[1].median)}/s")

    return found


def plain(measure: str, figure: str) -> Finder:
    """A figure of this platform alone; the worst of several settings."""

    def found(figures: Medians) -> Found | None:
        spreads = {
            case.setting: result.figures[figure]
            for case, result in figures.of(measure).items()
            if case.system == names.OURS and figure in result.figures
        }
        if not spreads:
            return None
        worst = max(spreads, key=lambda setting: spreads[setting].median)
        return Found(spreads[worst].median, worst or "as measured")

    return found


def setting(measure: str, of: str, figure: str) -> Finder:
    """A figure of this platform in one setting."""

    def found(figures: Medians) -> Found | None:
        spread = figures.figure(measure, names.OURS, figure, of)
        return None if spread is None else Found(spread.median, of or "as measured")

    return found


def beside(measure: str, figure: str, with_it: Callable[[str], bool], without: str) -> Finder:
    """A figure beside something, relative to the same without it. with_it: whether a setting is the one with it."""

    def found(figures: Medians) -> Found | None:
        spreads = {case.setting: result.figures.get(figure) for case, result in figures.of(measure).items()}
        named = next((name for name in spreads if with_it(name)), None)
        ours, alone = spreads.get(named or ""), spreads.get(without)
        if ours is None or alone is None:
            return None
        told = f"{named} {number(ours.median)}", f"{without} {number(alone.median)}"
        return _ratio(ours.median, told[0], alone.median, told[1])

    return found


def slow_charge(figures: Medians) -> Found | None:
    """Milliseconds that a slow charge adds to the others' p99; 0 if it is within the spread of the runs without one."""
    without = figures.figure("slow_charge", names.OURS, "others_p99_without_ms")
    slow = figures.figure("slow_charge", names.OURS, "others_p99_with_ms")
    if without is None or slow is None:
        return None
    added = 0.0 if slow.median <= without.high else slow.median - without.median
    return Found(added, f"with {number(slow.median)} ms − without {number(without.median)} ms")


def measured_against_unmeasured(figures: Medians) -> Found | None:
    """CPU per order with everything measured, against nothing measured."""
    spreads = {case.setting: result.figures.get(names.CPU) for case, result in figures.of("telemetry").items()}
    on, off = spreads.get("on"), spreads.get("off")
    if on is None or off is None:
        return None
    return _ratio(on.median, f"on {number(on.median)} ms", off.median, f"off {number(off.median)} ms")


def measured_low_load(figure: str) -> Finder:
    """Milliseconds that measuring adds to a latency at low load; 0 if it is within the spread of the runs without."""

    def found(figures: Medians) -> Found | None:
        spreads = {
            case.setting: result.figures.get(figure) for case, result in figures.of("telemetry_low_load").items()
        }
        on, off = spreads.get("on"), spreads.get("off")
        if on is None or off is None:
            return None
        added = 0.0 if on.median <= off.high else on.median - off.median
        return Found(added, f"on {number(on.median)} ms − off {number(off.median)} ms")

    return found


def _peers(figures: Medians, figure: str, measure: str = "end_to_end") -> dict[str, Spread]:
    return {
        case.system: result.figures[figure]
        for case, result in figures.of(measure).items()
        if names.is_peer(case.system) and figure in result.figures
    }


def _counted(figures: Medians, measure: str, figure: str, wanted: Callable[[int, str], bool]) -> dict[int, Spread]:
    found = {}
    for case, result in figures.of(measure).items():
        setting = names.counted(case.setting)
        if case.system == names.OURS and figure in result.figures and setting is not None and wanted(*setting):
            found[setting[0]] = result.figures[figure]
    return found


def _end_to_end(figures: Medians, ours: str, theirs: str, figure: str) -> Found | None:
    return _against(figures, "end_to_end", ours, theirs, figure)


def _against(figures: Medians, measure: str, ours: str, theirs: str, figure: str) -> Found | None:
    own, other = figures.figure(measure, ours, figure), figures.figure(measure, theirs, figure)
    if own is None or other is None:
        return None
    return _ratio(own.median, f"{ours} {number(own.median)}", other.median, f"{theirs} {number(other.median)}")


def _ratio(above: float, above_told: str, below: float, below_told: str) -> Found | None:
    return Found(above / below, f"{above_told} ÷ {below_told}") if below else None
