"""The overview: what runs, what waits, what is wrong, as figures that are pushed every second."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template

from pedidos.domain.access import Role
from pedidos.http.roles import allow
from pedidos.processes.web.feeds.feed import Feed
from pedidos.processes.web.figures.maker import Seen
from pedidos.processes.web.operator.overview_view import hour_of, view_of
from pedidos.processes.web.operator.overview_words import headline, kinds, summary
from pedidos.processes.web.services import services
from pedidos.processes.web.zones import zone

pages = Blueprint("operator_overview", __name__, url_prefix="/operator")


@pages.get("")
@allow(Role.OPERATOR)
def overview() -> str:
    """The whole page, with an hour of figures as a table."""
    seen = services().figures.look()
    return render_template("operator/overview.html", hour=_by_five_minutes(_hour(seen)), **_values(seen))


@pages.get("/now")
@allow(Role.OPERATOR)
def now() -> str:
    """The parts that change, for a page that has no stream."""
    return "".join(_feed.parts(_number(services().figures.look())).values())


@pages.get("/stream")
@allow(Role.OPERATOR)
def stream() -> Response:
    """The parts that change, each second as long as somebody looks."""
    return _feed.stream()


@pages.get("/hour")
@allow(Role.OPERATOR)
def hour() -> Response:
    """What the plots show, for the last hour."""
    seen = services().figures.look()
    return jsonify(_hour(seen))


def _number(seen: Seen | None) -> int:
    return -1 if seen is None else seen.figures.number


def _parts() -> dict[str, str]:
    values = _values(services().figures.look())
    if not values["view"]:
        return {"figures-first": render_template("operator/overview_nothing.html", **values)}
    return {
        "figures-first": render_template("operator/overview_first.html", **values),
        "figures-rest": render_template("operator/overview_rest.html", **values),
    }


def _after(number: int, seconds: float) -> int:
    return services().figures.after(number, seconds)


_feed = Feed(_after, _parts)


def _values(seen: Seen | None) -> dict[str, Any]:
    """For the templates of the part. view: None if no process serves figures."""
    if seen is None or not seen.figures.instances:
        return {"view": None}
    return {
        "view": view_of(seen, zone()),
        "headline": headline(seen, zone()),
        "summary": summary(seen),
        "kind": kinds(seen.findings),
    }


def _hour(seen: Seen | None) -> list[list[float | None]]:
    return hour_of(seen.figures) if seen and seen.figures.instances else []


def _by_five_minutes(points: list[list[float | None]]) -> list[tuple[datetime, list[float | None]]]:
    """For the table: one point of each five minutes, the newest first."""
    chosen: dict[int, list[float | None]] = {}
    for point in points:
        chosen[int((point[0] or 0) // 300)] = point
    return [(datetime.fromtimestamp(point[0] or 0, UTC), point[1:]) for point in reversed(chosen.values())]
