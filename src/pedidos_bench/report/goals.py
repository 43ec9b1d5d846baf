"""The goals of the platform as data, each with the function that finds its value in a report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pedidos_bench.report import names, ratios
from pedidos_bench.report.medians import Medians


class State(StrEnum):
    """How far a goal is."""

    REACHED = "reach is met"
    MET = "must is met"
    MISSED = "missed"
    UNMEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Goal:
    """must and reach are bounds of what found() gives; more: the bounds are lower ones, otherwise upper ones. unit: ×
    for a ratio of two figures of the same run."""

    name: str
    must: float
    reach: float
    found: Callable[[Medians], ratios.Found | None]
    more: bool = False
    unit: str = "×"


class Standing(NamedTuple):
    """A goal and its value; None if the report lacks it."""

    goal: Goal
    found: ratios.Found | None
    state: State


GOALS = (
    Goal("end to end, orders/s against the best peer's best variant", 10, 15, ratios.against_best_peer, more=True),
    Goal("CPU per order against the best peer's", 1 / 10, 1 / 15, ratios.cpu_against_best_peer),
    Goal("CPU per order against the floor", 1.8, 1.3, ratios.cpu_against_floor),
    Goal(
        "accept → confirmed at 20 orders/s, p50 against the best peer's",
        *(1, 0.7, ratios.latency_against_best_peer("confirmed_p50_ms")),
    ),
    Goal(
        "accept → confirmed at 20 orders/s, p99 against the best peer's",
        *(1, 0.7, ratios.latency_against_best_peer("confirmed_p99_ms")),
    ),
    Goal("accept → confirmed at 800 orders/s, p99", 60, 40, ratios.plain("steady", "confirmed_p99_ms"), unit="ms"),
    Goal("accept p99 beside twenty large lists against none", 1.5, 1.1, ratios.accept_beside("large lists")),
    Goal("accept p99 beside hashing within limits against none", 1.5, 1.1, ratios.accept_beside("hashing")),
    Goal(
        "accept p99 beside 500 open pages against none",
        *(1.5, 1.1, ratios.beside("open_pages", "accept_p99_ms", lambda each: each.endswith(" pages"), "no page")),
    ),
    Goal("idle CPU with 10,000,000 stored events against none", 1.05, 1, ratios.idle_with_events),
    Goal("end to end, orders/s through HTTPS against plain HTTP", 0.85, 0.95, ratios.https_against_http, more=True),
    Goal("end to end, orders/s against the textbook chain", 16, 30, ratios.against_textbook, more=True),
    Goal("accept p99 with orders waiting against none waiting", 1.5, 1.1, ratios.accept_behind_backlog),
    Goal("CPU per order with 1,000,000 orders stored against none", 1.15, 1.05, ratios.growth(1_000_000)),
    Goal("orders/s of 4 workers against 1, a step waiting 20 ms", 3.5, 3.9, ratios.scale_out(4, "worker"), more=True),
    Goal("extra memory per live watcher", 50, 20, ratios.plain("watchers", "memory_kib_per_watcher"), unit="KiB"),
    Goal("accept → seen with live watchers, p99", 500, 150, ratios.plain("watchers", "seen_p99_ms"), unit="ms"),
    Goal("CPU per order, everything measured against nothing", 1.03, 1.01, ratios.measured_against_unmeasured),
    Goal(
        "delay that measuring adds at low load, accept p99", 1, 0, ratios.measured_low_load("accept_p99_ms"), unit="ms"
    ),
    Goal(
        "delay that measuring adds at low load, accept → confirmed p99",
        *(1, 0, ratios.measured_low_load("confirmed_p99_ms")),
        unit="ms",
    ),
    Goal("delay that a slow charge adds to others, p99", 50, 0, ratios.slow_charge, unit="ms"),
    Goal("first view of a page, as sent", 150, 100, ratios.plain("pages", "first_view_kb"), unit="kB"),
    Goal("requests of a first view", 20, 15, ratios.plain("pages", "first_view_requests"), unit="requests"),
    Goal("server time of a page, p50", 20, 10, ratios.plain("pages", "server_p50_ms"), unit="ms"),
    Goal(
        "hops of a map that are seen within 150 ms of their commit",
        *(99, 100, ratios.plain("map_hops", "hop_seen_within_goal_percent")),
        more=True,
        unit="%",
    ),
    Goal(
        "orders/s beside 500 open pages against none",
        *(0.95, 1, ratios.beside("open_pages", names.THROUGHPUT, lambda each: each.endswith(" pages"), "no page")),
        more=True,
    ),
    Goal(
        "CPU per order with the pages' process against without it, no page open",
        *(1.03, 1.01, ratios.beside("beside_web", names.CPU, lambda each: each == "with web", "without web")),
    ),
    Goal(
        "CPU per order with address, fee, coupon and choices against one without",
        *(1.1, 1.05, ratios.beside("extras", names.CPU, lambda each: each == "with extras", "plain")),
    ),
    Goal(
        "accept p50 with address, fee, coupon and choices against one without",
        *(1.1, 1.05, ratios.beside("extras", "steady_accept_p50_ms", lambda each: each == "with extras", "plain")),
    ),
    Goal(
        "webhook deliveries/s to a receiver that answers at once",
        *(1000, 1500, ratios.setting("webhooks", "10 endpoints", "deliveries_per_second")),
        more=True,
        unit="/s",
    ),
    Goal(
        "memory of the notifier that many waiting deliveries add",
        *(32, 16, ratios.plain("webhooks", "memory_added_mib")),
        unit="MiB",
    ),
    Goal(
        "delay of webhooks beside a slow endpoint against none, p99",
        *(
            1.5,
            1.1,
            ratios.beside("webhooks", "others_p99_ms", lambda each: each.endswith("one slow"), "many endpoints"),
        ),
    ),
    Goal("memory of the idle platform", 1536, 1024, ratios.setting("footprint", "as started", "idle_mib"), unit="MiB"),
    Goal(
        "CPU of the idle platform, of a core",
        *(5, 3, ratios.setting("footprint", "as started", "idle_cpu_percent")),
        unit="%",
    ),
    Goal("start when warm", 10, 7, ratios.setting("footprint", "as started", "warm_start_seconds"), unit="s"),
)


def standings(figures: Medians, goals: Sequence[Goal] = GOALS) -> list[Standing]:
    """Each goal with its value in the report."""
    return [_standing(goal, goal.found(figures)) for goal in goals]


def bound(goal: Goal, value: float) -> str:
    """A bound of the goal as text: "≥ 3.5 ×", "≤ 1/12 ×"."""
    inverse = 1 / value if value else 0.0
    told = f"1/{inverse:.0f}" if inverse > 1.5 and abs(inverse - round(inverse)) < 1e-9 else f"{value:g}"
    return f"{'≥' if goal.more else '≤'} {told} {goal.unit}"


def _standing(goal: Goal, found: ratios.Found | None) -> Standing:
    if found is None:
        return Standing(goal, None, State.UNMEASURED)

    def within(bound: float) -> bool:
        return found.value >= bound if goal.more else found.value <= bound

    if within(goal.reach):
        return Standing(goal, found, State.REACHED)
    return Standing(goal, found, State.MET if within(goal.must) else State.MISSED)
