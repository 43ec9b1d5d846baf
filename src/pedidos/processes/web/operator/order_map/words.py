"""What the map says about an order: what is the case, what it waits for, and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from pedidos.domain.order import IN_FLIGHT, PATH, Status
from pedidos.domain.steps import Step
from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.formats import instant, lasting, number
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.standing import SPANS_LATE, Standing, Why
from pedidos.processes.web.operator.order_map.way import Visit
from pedidos.storage.orders.inspecting import Inspected
from pedidos.storage.spans import KEPT_HOURS, Span

PLACES = {
    Place.EDGE: lazy_gettext("edge"),
    Place.API: lazy_gettext("api"),
    Place.LOG: lazy_gettext("event log"),
    Place.RELAY: lazy_gettext("relay"),
    Place.KAFKA: lazy_gettext("Kafka"),
    Place.BRIDGE: lazy_gettext("bridge"),
    Place.QUEUE: lazy_gettext("queue"),
    Place.WORKER: lazy_gettext("worker"),
    Place.GATEWAY: lazy_gettext("gateway"),
    Place.STREAM: lazy_gettext("live stream"),
}
"""The name of each place."""

HEADLINES = {
    Why.RELAY: lazy_gettext("It waits for the relay"),
    Why.BRIDGE: lazy_gettext("It waits for the bridge"),
    Why.HAND_OVER: lazy_gettext("It waits to be handed to a worker"),
    Why.QUEUE: lazy_gettext("It waits in the queue for a worker"),
    Why.UNTAKEN: lazy_gettext("No worker takes it from the queue"),
    Why.STEP: lazy_gettext("It waits for a worker to finish a step"),
    Why.FAILED: lazy_gettext("A step failed, and is tried again"),
    Why.ANSWER: lazy_gettext("It waits for the answer of the gateway"),
    Why.RETRY: lazy_gettext("It waits for the next attempt at its payment"),
}
"""What is the case while an order waits for this."""


BECAUSE = {
    Why.RELAY: lazy_gettext("Its newest event was committed %(time)s ago, and no relay has published it."),
    Why.BRIDGE: lazy_gettext("Kafka has had it for %(time)s, and no bridge has handed it over."),
    Why.HAND_OVER: lazy_gettext("For %(time)s neither a bridge nor a worker has moved it."),
    Why.QUEUE: lazy_gettext("For %(time)s no worker has taken it from the queue %(step)s."),
    Why.UNTAKEN: lazy_gettext("No worker takes from the queue %(step)s. It has waited for %(time)s."),
    Why.STEP: lazy_gettext("For %(time)s the step %(step)s has not ended."),
    Why.FAILED: lazy_gettext("The step %(step)s failed: %(said)s."),
    Why.ANSWER: lazy_gettext("Attempt %(attempt)s has had no answer for %(time)s."),
    Why.RETRY: lazy_gettext("Attempt %(attempt)s had no result: %(said)s."),
}
"""Why it is so."""

NEXT = {
    Why.ANSWER: lazy_gettext("If its worker is gone, another one asks again after %(time)s, with the same key."),
    Why.RETRY: lazy_gettext("The next attempt comes at %(time)s."),
}
_HINT = lazy_gettext("The watchdog sends another hint at %(time)s.")

COMES = {
    Place.EDGE: lazy_gettext("The edge passes the request on"),
    Place.API: lazy_gettext("%(who)s takes the request"),
    Place.LOG: lazy_gettext("Version %(version)s is committed"),
    Place.RELAY: lazy_gettext("%(who)s publishes version %(version)s"),
    Place.KAFKA: lazy_gettext("Kafka keeps version %(version)s"),
    Place.BRIDGE: lazy_gettext("%(who)s hands it over"),
    Place.QUEUE: lazy_gettext("It waits in the queue %(step)s"),
    Place.WORKER: lazy_gettext("%(who)s: %(step)s"),
    Place.GATEWAY: lazy_gettext("The gateway is asked"),
    Place.STREAM: lazy_gettext("%(who)s shows version %(version)s"),
}
"""What happens when an order comes to a place."""
_ATTEMPT = lazy_gettext("%(who)s: %(step)s, attempt %(attempt)s")
_TOGETHER = lazy_gettext("%(who)s: %(steps)s in one commit")


@dataclass(frozen=True, slots=True)
class Words:
    """headline: what is the case. explanation: why, and what happens next. missing: what the map does not know."""

    headline: str
    explanation: str
    missing: Sequence[str]


def words(
    found: Inspected, visits: Sequence[Visit], spans: Sequence[Span], now: Standing, zone: str, *, traced: bool
) -> Words:
    """For an order. zone: of its times. traced: whether spans are expected of it."""
    missing = _missing(found, visits, spans, traced=traced)
    return Words(headline(found, now), explanation(found, now, zone), list(missing))


def headline(found: Inspected, now: Standing) -> str:
    """What is the case."""
    status = found.summary.status
    if now.why is not None:
        return str(HEADLINES[now.why]) if now.waiting else _("It is on its way")
    if status in PATH or status not in _ENDED_EARLY:
        return _("Confirmed after %(time)s", time=_took(found, Status.CONFIRMED))
    return _("Ended after %(time)s: %(state)s", time=_took(found, status), state=STATES[status])


def explanation(found: Inspected, now: Standing, zone: str) -> str:
    """Why it is so, and what happens next; empty if it does not wait."""
    if now.why is None or not now.waiting:
        return ""
    values = {
        "time": lasting((found.at - now.since).total_seconds()) if now.since else "",
        "step": step_name(now.step),
        "attempt": now.attempt,
        "said": (now.said or "").rstrip("."),
    }
    because = str(BECAUSE[now.why]) % values
    if now.until is None:
        return because
    return f"{because} {str(NEXT.get(now.why, _HINT)) % {'time': instant(now.until, zone).striptags()}}"


def moment(visit: Visit, *, internal: bool = True) -> str:
    """What happens when the order comes to a place, in one sentence. internal: with the name of the process."""
    sentence = COMES[visit.place]
    if visit.place is Place.WORKER and (visit.together or visit.attempt):
        sentence = _TOGETHER if visit.together else _ATTEMPT
    return str(sentence) % {
        "who": (internal and visit.instance) or PLACES[visit.place],
        "step": step_name(visit.step),
        "steps": ", ".join(visit.together),
        "version": visit.version,
        "attempt": visit.attempt,
    }


def _missing(found: Inspected, visits: Sequence[Visit], spans: Sequence[Span], *, traced: bool) -> Iterator[str]:
    if found.commits and found.commits[0].version > 1:
        yield _("The oldest events of this order are no longer kept.")
    if not traced and not spans:
        yield _(
            "This order is not traced. The map is made of its commits: what happened between two of them is not known."
        )
    elif not spans and found.at - found.summary.created_at > SPANS_LATE:
        yield _(
            "There are no spans of this order: the store was not reachable, or they are older than %(hours)s hours. The"
            " map is made of its commits.",
            hours=KEPT_HOURS,
        )
    elif found.summary.status not in IN_FLIGHT and found.at - found.summary.updated_at > SPANS_LATE:
        without = sorted(
            {str(PLACES[visit.place]) for visit in visits if visit.span is None and visit.place in _SPANNED}
        )
        if without:
            yield _(
                "There are no spans of: %(places)s. A process that is killed loses those of its last half second, and"
                " live makes them only while someone watches.",
                places=", ".join(str(PLACES[place]) for place in Place if place in without),
            )


_SPANNED = frozenset({Place.API, Place.RELAY, Place.BRIDGE, Place.WORKER, Place.GATEWAY, Place.STREAM})
"""Places whose processes record spans."""

_ENDED_EARLY = frozenset({Status.REJECTED, Status.UNAVAILABLE, Status.DECLINED, Status.EXPIRED, Status.CANCELLED})


def _took(found: Inspected, status: Status) -> str:
    """How long it took from the order to this state."""
    at = next((each.occurred_at for each in found.commits if each.status is status), found.summary.updated_at)
    return lasting(max((at - found.summary.created_at) / timedelta(seconds=1), 0.0))


def milliseconds(value: float) -> str:
    """Such as 8.6, for a column whose heading says the unit."""
    return number(value, 1)


def step_name(step: Step | None) -> str:
    """The name of a step, which is the same in every language; empty without one."""
    return step.value if step else ""
