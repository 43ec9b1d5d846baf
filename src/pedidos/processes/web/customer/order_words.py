"""What pages say about an order: the names of its states, what each means for the customer, and why it ended."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.reasons import recognised
from pedidos.texts import N_

STATES: Mapping[Status, LazyString] = {
    Status.SCHEDULED: _("for later"),
    Status.RECEIVED: _("received"),
    Status.VALIDATED: _("checked"),
    Status.RESERVED: _("set aside"),
    Status.CHARGING: _("payment in progress"),
    Status.PAID: _("paid"),
    Status.CONFIRMED: _("with the shop"),
    Status.PREPARING: _("being prepared"),
    Status.ON_ITS_WAY: _("on its way"),
    Status.DELIVERED: _("delivered"),
    Status.REJECTED: _("not accepted"),
    Status.UNAVAILABLE: _("sold out"),
    Status.DECLINED: _("payment declined"),
    Status.EXPIRED: _("payment too late"),
    Status.CANCELLED: _("cancelled"),
}
"""The name of each state, for a customer."""


class Words(NamedTuple):
    """headline: what is the case. explanation: what happens next, or what to do."""

    headline: LazyString
    explanation: LazyString


_IN_PROGRESS = Words(_("We have your order"), _("It is being checked. This takes a moment."))

WORDS: Mapping[Status, Words] = {
    Status.SCHEDULED: Words(
        _("Your order is planned"),
        _("Its products are set aside and paid shortly before its time. Until then you can cancel it."),
    ),
    Status.RECEIVED: _IN_PROGRESS,
    Status.VALIDATED: _IN_PROGRESS,
    Status.RESERVED: Words(_("Your products are set aside"), _("The payment is next.")),
    Status.CHARGING: Words(
        _("Your payment is on its way"),
        _("We wait for the answer of the payment provider. You can leave this page: nothing is charged twice."),
    ),
    Status.PAID: Words(_("Your payment has arrived"), _("The shop gets your order in a moment.")),
    Status.CONFIRMED: Words(_("The shop has your order"), _("It is paid. The shop accepts it next.")),
    Status.PREPARING: Words(_("Your order is being prepared"), _("You can no longer cancel it; the shop can.")),
    Status.ON_ITS_WAY: Words(_("Your order is on its way"), _("It arrives soon.")),
    Status.DELIVERED: Words(_("Your order was delivered"), _("Enjoy it.")),
    Status.REJECTED: Words(_("Your order was not accepted"), _("Nothing was charged.")),
    Status.UNAVAILABLE: Words(
        _("Something in your order is sold out"), _("Nothing was charged. Order again with what is left.")
    ),
    Status.DECLINED: Words(
        _("Your payment was declined"), _("Nothing was charged. Order again, and choose another way to pay.")
    ),
    Status.EXPIRED: Words(
        _("Your payment did not arrive in time"), _("If it was charged after all, it is given back. Order again.")
    ),
    Status.CANCELLED: Words(_("This order is cancelled"), _("What was paid is given back.")),
}

MONEY_BACK: Mapping[PaymentStatus, LazyString] = {
    PaymentStatus.UNDOING: _("Payment: being given back"),
    PaymentStatus.REFUNDED: _("Payment: given back"),
    PaymentStatus.VOIDED: _("Payment: withdrawn before it was charged"),
    PaymentStatus.DECLINED: _("Payment: declined, nothing charged"),
}


OF_PROVIDER = frozenset({N_("insufficient_funds")})
"""Reasons that the payment simulator gives."""


def translated(reason: str) -> str:
    """The reason in the language of the page, as far as it is known."""
    if reason in OF_PROVIDER:
        return gettext(reason)
    sentence = recognised(reason)
    return reason if sentence is None else sentence.said(gettext)
