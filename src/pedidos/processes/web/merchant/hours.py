"""When the merchant is open: the hours of a week, holidays, and "closed now" with an end."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import TypeAdapter
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role
from pedidos.domain.schedule import opening_at
from pedidos.http.acting import who
from pedidos.http.fields import ClosureReason
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import own, week
from pedidos.processes.web.sent_values import fits
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import closures, merchants
from pedidos.storage.catalogue.merchants import Merchant

PAUSES = (15, 30, 60, 120, 240)
"""For how many minutes one can close now."""

LONGEST = timedelta(days=366)

pages = Blueprint("hours", __name__)

_REASON: TypeAdapter[str] = TypeAdapter(ClosureReason)


@pages.get("/hours")
@allow(Role.MERCHANT, owner=True)
def hours() -> Response:
    """The whole page."""
    return _page()


@pages.post("/hours")
@allow(Role.MERCHANT, owner=True)
def set_hours() -> Response:
    """Replaces the hours of the week, unless they have changed since the form was made."""
    try:
        wanted = week.read(request.form)
    except week.Unreadable as error:
        return _page(fields=week.given(request.form), errors={error.weekday: error.said()}, status=422)
    before = own.merchant()
    if request.form.get("seen", "") != week.written(before.hours) and sorted(before.hours) != sorted(wanted):
        said = _("The hours were changed meanwhile. Here is how they are now; your change was not stored.")
        return _page(notice=said, status=409)
    merchants.set_hours(services().engine, before.id, wanted, who())
    return redirect_within("/hours")


@pages.post("/hours/close")
@allow(Role.MERCHANT, owner=True)
def close_now() -> Response:
    """Closes at once, for the minutes of the form or until the end of the day."""
    wanted = request.form.get("for", "")
    merchant = own.merchant()
    now = datetime.now(UTC)
    if wanted == "today":
        ends = _midnight(_today(merchant) + timedelta(days=1), merchant)
    elif wanted in map(str, PAUSES):
        ends = now + timedelta(minutes=int(wanted))
    else:
        raise BadRequest
    try:
        closures.close_now(services().engine, merchant.id, ends, "", who())
    except closures.TooManyClosures:
        return _too_many()
    return redirect_within("/hours")


@pages.post("/hours/reopen")
@allow(Role.MERCHANT, owner=True)
def reopen() -> Response:
    """Ends what closes the merchant now."""
    closures.reopen(services().engine, own.merchant_id(), who())
    return redirect_within("/hours")


@pages.post("/hours/holidays")
@allow(Role.MERCHANT, owner=True)
def add_holiday() -> Response:
    """Closes for whole days, from the first to the last."""
    merchant = own.merchant()
    given = {name: request.form.get(name, "").strip() for name in ("first", "last", "reason")}
    first, last = _day(given["first"]), _day(given["last"] or given["first"])
    today = _today(merchant)
    errors = {}
    if first is None or last is None:
        errors["first" if first is None else "last"] = _("Enter a day.")
    elif not today <= last <= today + LONGEST or not last - LONGEST < first <= last:
        errors["last"] = _("The last day must not be before the first or before today, and at most a year ahead.")
    if not fits(_REASON, given["reason"]):
        errors["reason"] = _("Enter at most 120 characters in one line.")
    if errors or first is None or last is None:
        return _page(holiday=given, holiday_errors=errors, status=422)
    begins, ends = _midnight(first, merchant), _midnight(last + timedelta(days=1), merchant)
    try:
        closures.close(services().engine, merchant.id, begins, ends, given["reason"], who())
    except closures.TooManyClosures:
        return _too_many()
    return redirect_within("/hours")


@pages.post("/hours/closures/<uuid:closure_id>/remove")
@allow(Role.MERCHANT, owner=True)
def remove(closure_id: UUID) -> Response:
    """Removes a closure. One that is gone already is no error: another tab has removed it, or it has ended."""
    closures.withdraw(services().engine, own.merchant_id(), closure_id, who())
    return redirect_within("/hours")


def _page(
    *,
    fields: Mapping[int, Sequence[tuple[str, str]]] | None = None,
    errors: Mapping[int, str] | None = None,
    holiday: Mapping[str, str] | None = None,
    holiday_errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    merchant = own.merchant()
    now = datetime.now(UTC)
    text = render_template(
        "merchant/hours.html",
        shop=merchant,
        opening=opening_at(merchant.hours, merchant.time_zone, now, merchant.closures),
        closed_now=[each for each in merchant.stored_closures if each.begins <= now],
        coming=[each for each in merchant.stored_closures if each.begins > now],
        fields=fields or week.fields(merchant.hours),
        errors=errors or {},
        seen=week.written(merchant.hours),
        days=week.DAYS,
        pauses=PAUSES,
        today=_today(merchant),
        holiday=holiday or {},
        holiday_errors=holiday_errors or {},
        notice=notice,
    )
    return make_response(text, status)


def _too_many() -> Response:
    said = _("There are %(most)s closures already. Remove some first.", most=closures.MOST)
    return _page(notice=said, status=409)


def _today(merchant: Merchant) -> date:
    return datetime.now(ZoneInfo(merchant.time_zone)).date()


def _midnight(day: date, merchant: Merchant) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(merchant.time_zone)).astimezone(UTC)


def _day(text: str) -> date | None:
    """The day as a date field sends it; None if it is none that could be right."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 9000 else None
