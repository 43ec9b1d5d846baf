"""What stands in the box of each place: who works there, and the one or two facts that matter."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from pedidos.domain.payment import Verdict
from pedidos.processes.web.formats import lasting, number
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.standing import Standing
from pedidos.processes.web.operator.order_map.way import Visit
from pedidos.processes.web.operator.order_map.words import PLACES, step_name
from pedidos.storage.spans import Span
from pedidos.telemetry import attributes

About = Mapping[str, Any]


class Caption(NamedTuple):
    """title: the process, or the place. lines: at most two. program: the process, if it is known."""

    title: str
    lines: Sequence[str]
    program: str = ""


def captions(visits: Sequence[Visit], now: Standing, *, internal: bool) -> Mapping[Place, Caption]:
    """Of every place. internal: with the names of processes, and what only people who run the platform need."""
    last = {visit.place: visit for visit in visits}
    return {place: _caption(place, last.get(place), visits, now, internal=internal) for place in Place}


def _caption(place: Place, visit: Visit | None, visits: Sequence[Visit], now: Standing, *, internal: bool) -> Caption:
    name = str(PLACES[place])
    if now.place is place and now.why is not None and place in _AT_STEPS:
        attempt = _("attempt %(attempt)s", attempt=now.attempt) if now.attempt else ""
        return Caption(name, [line for line in (step_name(now.step), attempt) if line])
    if visit is None:
        return Caption(name, [])
    if not internal:
        return Caption(name, _plain(place, visit, visits))
    program = visit.instance if place in _PROCESSES else ""
    lines = [line for line in _lines(place, visit, visits) if line]
    return Caption(program or name, lines[:2], program)


_AT_STEPS = frozenset({Place.QUEUE, Place.WORKER, Place.GATEWAY})
"""Places where an order is for one of its steps."""
_PROCESSES = frozenset({Place.API, Place.RELAY, Place.BRIDGE, Place.WORKER, Place.STREAM})
"""Places at which one of several processes of a kind works."""


def _plain(place: Place, visit: Visit, visits: Sequence[Visit]) -> list[str]:
    if place is Place.LOG:
        return [_versions(visits)]
    return [_steps(visit)] if visit.step and place in (Place.QUEUE, Place.WORKER) else []


def _lines(place: Place, visit: Visit, visits: Sequence[Visit]) -> list[str]:
    if place is Place.LOG:
        return [_versions(visits)]
    if place is Place.WORKER:
        return [_steps(visit), _lease(visits)]
    say = _SAYS.get(place)
    return say(visit, visit.span.attributes if visit.span else {}) if say else []


def _edge(_visit: Visit, _about: About) -> list[str]:
    return ["HTTPS"]


def _api(visit: Visit, about: About) -> list[str]:
    return [f"{about[attributes.STATUS]} · {_took(visit.span)}"] if visit.span and attributes.STATUS in about else []


def _relay(visit: Visit, about: About) -> list[str]:
    return [ngettext("%(num)s event", "%(num)s events together", int(about[attributes.MESSAGES]))] if visit.span else []


def _bridge(visit: Visit, about: About) -> list[str]:
    count = int(about.get(attributes.MESSAGES, 1))
    return [ngettext("%(num)s order", "%(num)s orders, one message", count)] if visit.span else []


def _kafka(_visit: Visit, about: About) -> list[str]:
    if attributes.OFFSET not in about:
        return []
    return [
        _("partition %(partition)s", partition=about[attributes.PARTITION]),
        _("offset %(offset)s", offset=number(about[attributes.OFFSET])),
    ]


def _queue(visit: Visit, _about: About) -> list[str]:
    known = visit.began is not None and visit.ended is not None
    return [step_name(visit.step), _("waited %(time)s", time=_between(visit)) if known else ""]


def _gateway(visit: Visit, about: About) -> list[str]:
    verdict = about.get(attributes.VERDICT)
    return [_("no answer") if visit.span and verdict is None else str(VERDICTS.get(str(verdict), ""))]


def _stream(visit: Visit, _about: About) -> list[str]:
    return [_("version %(version)s shown", version=visit.version)] if visit.span else []


_SAYS: Mapping[Place, Callable[[Visit, About], list[str]]] = {
    Place.EDGE: _edge,
    Place.API: _api,
    Place.RELAY: _relay,
    Place.KAFKA: _kafka,
    Place.BRIDGE: _bridge,
    Place.QUEUE: _queue,
    Place.GATEWAY: _gateway,
    Place.STREAM: _stream,
}
"""The lines of each place, from its last visit and what its span says."""

VERDICTS: Mapping[str, LazyString] = {
    Verdict.CAPTURED: lazy_gettext("captured"),
    Verdict.DECLINED: lazy_gettext("declined"),
    Verdict.REFUNDED: lazy_gettext("refunded"),
    Verdict.VOIDED: lazy_gettext("voided"),
    Verdict.UNKNOWN: lazy_gettext("result unknown"),
}
"""What the gateway answered."""


def _versions(visits: Sequence[Visit]) -> str:
    versions = [visit.version for visit in visits if visit.place is Place.LOG and visit.version]
    newest = max(versions, default=1)
    return _("version 1") if newest == 1 else _("versions 1 … %(newest)s", newest=newest)


def _steps(visit: Visit) -> str:
    if not visit.together:
        return step_name(visit.step)
    return ngettext("%(num)s step, one commit", "%(num)s steps, one commit", len(visit.together))


def _lease(visits: Sequence[Visit]) -> str:
    """Of the newest attempt at the payment; empty if there was none, or its span is not there."""
    leases = [
        (visit.span.attributes[attributes.LEASE], visit.attempt)
        for visit in visits
        if visit.span and attributes.LEASE in visit.span.attributes
    ]
    if not leases:
        return ""
    lease, attempt = leases[-1]
    return _("lease %(lease)s, attempt %(attempt)s", lease=lease, attempt=attempt)


def _took(span: Span) -> str:
    return lasting((span.ended_ns - span.began_ns) / 1e9)


def _between(visit: Visit) -> str:
    return lasting(max((visit.ended or 0) - (visit.began or 0), 0) / 1e9)
