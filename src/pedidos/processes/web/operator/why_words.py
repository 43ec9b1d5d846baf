"""Why an order is where it is, in one sentence; and the names of its modes."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from pedidos.domain.waiting import Cause, Mode, Why
from pedidos.processes.web.customer.order_words import translated
from pedidos.processes.web.formats import instant
from pedidos.storage.orders.looking import OUT_OF_STOCK

MODES: Mapping[Mode, LazyString] = {
    Mode.RUNNING: lazy_gettext("running"),
    Mode.RETRYING: lazy_gettext("retrying"),
    Mode.WAITING: lazy_gettext("waiting"),
    Mode.WITH_MERCHANT: lazy_gettext("with the shop"),
    Mode.SCHEDULED: lazy_gettext("for later"),
    Mode.ENDED: lazy_gettext("ended"),
}
"""What an order does, apart from its state."""

KINDS: Mapping[Mode, str] = {Mode.RETRYING: "warn", Mode.WAITING: "bad"}
"""The colour of a mode; the others have none."""


def sentence(why: Why, zone: str, reason: str | None = None) -> Markup:
    """The sentence, with times in a time zone (IANA). reason: why the order ended early."""
    if why.cause is Cause.ENDED and reason:
        return _filled(_("It has ended: %(reason)s"), reason=_reason(reason))
    first = _cause(why, zone)
    if why.until is None or why.cause is Cause.STEP:
        return first
    if why.cause is Cause.MERCHANT:
        return (
            first
            + " "
            + _filled(_("It is cancelled at %(time)s if it is not accepted by then."), time=_time(why.until, zone))
        )
    return first + " " + _filled(_("It expires at %(time)s if it is not paid by then."), time=_time(why.until, zone))


def _cause(why: Why, zone: str) -> Markup:
    values = {
        "step": why.step or "",
        "attempt": why.attempt,
        "time": _time(why.at, zone),
        "said": translated(why.said) if why.said else _("none"),
    }
    text = {
        Cause.ENDED: _("It has ended."),
        Cause.MERCHANT: _("The shop moves it next; it has it since %(time)s."),
        Cause.SCHEDULED: _("It was ordered for later, and is released at %(time)s."),
        Cause.UNRELEASED: _(
            "It is to be released since %(time)s: the scheduler, or a worker for %(step)s, is missing."
        ),
        Cause.UNTAKEN: _("It waits for a worker: no worker takes from the queue %(step)s."),
        Cause.ASKING: _("Attempt %(attempt)s: the payment provider is being asked; last answer: %(said)s."),
        Cause.ANSWER: _("It waits for the payment provider: attempt %(attempt)s at %(time)s; last answer: %(said)s."),
        Cause.ASK_DUE: _("It waits for a worker that asks the payment provider; due since %(time)s."),
        Cause.ERROR: _("The step %(step)s fails on it: %(said)s Tried again at %(time)s."),
        Cause.HINTED: _("It waits for a worker: hints without effect for %(step)s: %(attempt)s; the next at %(time)s."),
        Cause.STEP: _("It is about to be moved by the step %(step)s."),
    }[why.cause]
    if why.giving_back:
        text = {
            Cause.ASKING: _("Money is being given back: the payment provider is being asked, attempt %(attempt)s."),
            Cause.ANSWER: _("Its money is not given back yet: attempt %(attempt)s at %(time)s; last answer: %(said)s."),
        }.get(why.cause, text)
    return _filled(text, **values)


def _reason(reason: str) -> str:
    return _("products were sold out") if reason == OUT_OF_STOCK else translated(reason)


def _filled(text: str, **values: object) -> Markup:
    """The text with the values, which are escaped: some are what others have said."""
    return Markup(text) % values  # noqa: S704  # the text is from our catalogue


def _time(at: datetime | None, zone: str) -> Markup:
    return instant(at, zone) if at else Markup("–")
