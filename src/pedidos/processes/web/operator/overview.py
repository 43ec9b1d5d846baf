"""The overview: what runs, what waits, what is wrong, as figures that are new every second."""

import threading
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template
from flask_babel import get_locale

from pedidos.domain.access import Role
from pedidos.http.roles import allow
from pedidos.processes.web.figures.maker import Seen
from pedidos.processes.web.operator.overview_view import hour_of, view_of
from pedidos.processes.web.operator.overview_words import headline, kinds, summary
from pedidos.processes.web.operator.zone import with_zone, zone
from pedidos.processes.web.services import services

MOST_TEXTS = 16
"""Languages and time zones of which the newest text is kept."""

pages = Blueprint("operator_overview", __name__, url_prefix="/operator")
pages.context_processor(with_zone)


@pages.get("")
@allow(Role.OPERATOR)
def overview() -> str:
    """The whole page, with an hour of figures as a table."""
    seen = services().figures.look()
    return render_template("operator/overview.html", hour=_by_five_minutes(_hour(seen)), **_values(seen))


@pages.get("/now")
@allow(Role.OPERATOR)
def now() -> Response:
    """The part of the page that changes. It is made once a second for all who look, in each language and time zone."""
    return make_response(_texts.of(services().figures.look()))


@pages.get("/hour")
@allow(Role.OPERATOR)
def hour() -> Response:
    """What the plots show, for the last hour."""
    seen = services().figures.look()
    return jsonify(_hour(seen))


class _Texts:
    """The newest text of the part, by language and time zone. Of those who ask at the same time, one makes it."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._made: dict[tuple[str, str], tuple[int, str]] = {}

    def of(self, seen: Seen | None) -> str:
        if seen is None:
            return _now(seen)
        reader = (str(get_locale()), zone())
        with self._making:
            number, text = self._made.get(reader, (-1, ""))
            if number != seen.figures.number:
                text = _now(seen)
                kept = [each for each in self._made.items() if each[0] != reader][-MOST_TEXTS + 1 :]
                self._made = dict(kept) | {reader: (seen.figures.number, text)}
            return text


_texts = _Texts()


def _now(seen: Seen | None) -> str:
    values = _values(seen)
    return render_template(
        "operator/overview_now.html" if values["view"] else "operator/overview_nothing.html", **values
    )


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
