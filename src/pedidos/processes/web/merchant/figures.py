"""A day's figures: orders and revenue by the hour, orders that failed and why, and how long accepting took."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.access import Role
from pedidos.http.roles import allow
from pedidos.processes.web.customer.order_words import STATES, translated
from pedidos.processes.web.merchant import own
from pedidos.processes.web.services import services
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.orders import day as stored
from pedidos.storage.orders.day import Day, Hour

pages = Blueprint("figures", __name__)

CANCELLED_BY: Mapping[str, LazyString] = MappingProxyType(
    {"customer": _("by the customer"), "merchant": _("by the shop"), "operator": _("by an operator")}
)


@pages.get("/figures")
@allow(Role.MERCHANT, owner=True)
def figures() -> str:
    """The figures of today, or of the day in the query."""
    return render_template("merchant/figures.html", **_figures())


@pages.get("/figures/now")
@allow(Role.MERCHANT)
def now() -> str:
    """What changes of today's figures, for a page that has heard of orders that moved."""
    return render_template("merchant/figures_now.html", **_figures())


def _figures() -> dict[str, Any]:
    merchant = own.merchant()
    today = datetime.now(ZoneInfo(merchant.time_zone)).date()
    chosen = min(_chosen() or today, today)
    begins, ends = _midnight(chosen, merchant), _midnight(chosen + timedelta(days=1), merchant)
    found = stored.day(services().engine, merchant.id, begins, ends, merchant.time_zone)
    return {
        "day": found,
        "hours": {hour: found.hours.get(hour, Hour()) for hour in _shown(found)},
        "acceptance": {each.hour: each for each in found.acceptance},
        "placed": sum(hour.placed for hour in found.hours.values()),
        "earned": sum(hour.earned_cents for hour in found.hours.values()),
        "failed": sum(failure.count for failure in found.failures),
        "states": STATES,
        "reason_of": lambda reason: CANCELLED_BY.get(reason) or translated(reason),
        "chosen": chosen,
        "noon": begins + timedelta(hours=12),
        "zone": merchant.time_zone,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1) if chosen < today else None,
        "today": chosen == today,
    }


def _shown(found: Day) -> range:
    """From the first hour with an order to the last: those without one between them are shown too."""
    hours = [*found.hours, *(each.hour for each in found.acceptance)]
    return range(min(hours), max(hours) + 1) if hours else range(0)


def _chosen() -> date | None:
    try:
        chosen = date.fromisoformat(request.args["day"])
    except (KeyError, ValueError):
        return None
    return chosen if chosen.year >= 2000 else None


def _midnight(day: date, merchant: Merchant) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(merchant.time_zone)).astimezone(UTC)
