"""What the board says: its columns, what a tap on a ticket does, and how long an order has waited."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.lateness import Lateness
from pedidos.domain.order import Status, StockPart
from pedidos.domain.payment import PaymentStatus


class Column(NamedTuple):
    """title: of the column. empty: what it says when it has no order. action: the button that moves an order to
    `target`. moving: what a ticket says while that can still be undone."""

    title: LazyString
    empty: LazyString
    action: LazyString
    moving: LazyString
    target: Status


COLUMNS: Mapping[Status, Column] = MappingProxyType(
    {
        Status.CONFIRMED: Column(
            _("New"),
            _("No new order. The next one appears here automatically."),
            _("Accept"),
            _("Accepted in a moment"),
            Status.PREPARING,
        ),
        Status.PREPARING: Column(
            _("In preparation"),
            _("Nothing is being prepared."),
            _("Send on its way"),
            _("On its way in a moment"),
            Status.ON_ITS_WAY,
        ),
        Status.ON_ITS_WAY: Column(
            _("On the way"),
            _("Nothing is on its way."),
            _("Delivered"),
            _("Delivered in a moment"),
            Status.DELIVERED,
        ),
    }
)

MINUTES = (15, 20, 30, 40, 50, 60, 75, 90, 120)
"""What a merchant can promise with a tap."""

CANCELLING = _("Cancelled in a moment")

LATENESS: Mapping[Lateness, LazyString] = MappingProxyType(
    {
        Lateness.ON_TIME: _("on time"),
        Lateness.SOON_LATE: _("soon late"),
        Lateness.LATE: _("late"),
    }
)
"""For those who do not see the colours."""

PAYMENTS: Mapping[PaymentStatus | None, LazyString] = MappingProxyType(
    {
        None: _("not paid yet"),
        PaymentStatus.PENDING: _("payment in progress"),
        PaymentStatus.CAPTURED: _("paid"),
        PaymentStatus.DECLINED: _("payment declined"),
        PaymentStatus.UNDOING: _("being given back"),
        PaymentStatus.REFUNDED: _("given back"),
        PaymentStatus.VOIDED: _("withdrawn before it was charged"),
    }
)

STOCK: Mapping[StockPart, LazyString] = MappingProxyType(
    {
        StockPart.ON_HAND: _("nothing set aside"),
        StockPart.RESERVED: _("set aside"),
        StockPart.SOLD: _("taken from stock"),
    }
)
"""Where the units of an order are counted."""
