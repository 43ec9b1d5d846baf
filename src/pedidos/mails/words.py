"""What each mail says, in English; pedidos.texts has the translations."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pedidos.domain.mails import Kind
from pedidos.texts import N_

LINK, ORDER = "\0link", "\0order"
"""Where the link, and what was ordered, stand among the paragraphs."""

Paragraph = tuple[str, str | None]
"""A text, and the member of the event's detail without which it is left out."""


class Words(NamedTuple):
    """action: what a reader does with the link."""

    subject: str
    action: str
    paragraphs: tuple[Paragraph, ...]


def _words(subject: str, action: str, *paragraphs: str | Paragraph) -> Words:
    return Words(subject, action, tuple((each, None) if isinstance(each, str) else each for each in paragraphs))


_NOT_YOU = N_("If it was not you, choose another password at once: “Forgotten your password?” on the sign-in page.")
_SEE = N_("See your order")
_COMES_BACK = N_("If you had paid already, the money comes back to you. We write again when it is on its way.")
_NOTHING_TAKEN = N_("No money was taken.")
_WANTED = "scheduled_for"

_ACCOUNTS: Mapping[Kind, Words] = {
    Kind.CONFIRM_ADDRESS: _words(
        N_("Confirm your address"),
        N_("Confirm the address"),
        N_("Somebody registered at pedidos with this address. If it was you, open this page to confirm it:"),
        LINK,
        N_("The page can be used for a day, and asks for the password that you chose."),
        N_("If it was not you, ignore this message: an account takes your confirmation to order."),
    ),
    Kind.ACCOUNT_EXISTS: _words(
        N_("You have an account already"),
        N_("Choose another password"),
        N_("Somebody tried to register at pedidos with this address, which has an account. Nothing changed."),
        N_("If it was you, sign in. If you do not know the password, choose another one on this page:"),
        LINK,
        N_("The page can be used once, within an hour."),
        N_("If it was not you, ignore this message."),
    ),
    Kind.RESET_PASSWORD: _words(
        N_("Choose another password"),
        N_("Choose another password"),
        N_("Somebody asked for another password for your account at pedidos. Choose it on this page:"),
        LINK,
        N_("The page can be used once, within an hour. Afterwards you are signed out everywhere."),
        N_("If it was not you, ignore this message: your password stays as it is."),
    ),
    Kind.STAFF_INVITED: _words(
        N_("A shop invites you to work with it"),
        N_("Choose your password"),
        N_("A shop at pedidos has made an account for you, to work with its orders. Choose its password here:"),
        LINK,
        N_("The page can be used once, within seven days."),
        N_("If you do not know the shop, ignore this message: the account is of no use without a password."),
    ),
    Kind.OPERATOR_INVITED: _words(
        N_("You are invited as an operator"),
        N_("Choose your password"),
        N_("An operator of pedidos has made an account for you. Choose its password here:"),
        LINK,
        N_("The page can be used once, within seven days."),
        N_("If you did not expect this, ignore it: the account is of no use without a password."),
    ),
    Kind.MERCHANT_APPROVED: _words(
        N_("Your shop is approved"),
        "",
        N_("Your shop at pedidos is approved, and your account is the shop's from now on."),
        N_("Sign in, add your products and check your hours: customers see the shop as soon as it is open."),
    ),
    Kind.MERCHANT_REFUSED: _words(
        N_("Your shop was not approved"),
        "",
        N_("Your application to sell at pedidos was refused. The page “Sell here” of your account says why."),
        N_("You can correct it there and apply again."),
    ),
    Kind.PASSWORD_CHANGED: _words(
        N_("Your password was changed"),
        "",
        N_("The password of your account at pedidos was changed, and its other sessions have ended."),
        _NOT_YOU,
    ),
    Kind.SECOND_FACTOR_ADDED: _words(
        N_("Your account has a second factor now"),
        "",
        N_("From now on, signing in at pedidos takes your password and a code of your app."),
        _NOT_YOU,
    ),
    Kind.SECOND_FACTOR_REMOVED: _words(
        N_("Your account has no second factor any more"),
        "",
        N_("From now on, signing in at pedidos takes your password alone."),
        _NOT_YOU,
    ),
}

_ORDERS: Mapping[Kind, Words] = {
    Kind.ORDER_SCHEDULED: _words(
        N_("Your order at %(shop)s is planned"),
        _SEE,
        (N_("Thank you. It is for %(wanted)s. It is paid shortly before, and until then you can cancel it."), _WANTED),
        ORDER,
        LINK,
    ),
    Kind.ORDER_PLACED: _words(
        N_("We have your order at %(shop)s"),
        _SEE,
        N_("Thank you. As soon as it is paid, %(shop)s gets it."),
        ORDER,
        LINK,
    ),
    Kind.ORDER_PAID: _words(
        N_("Your order at %(shop)s is paid"),
        _SEE,
        N_("%(total)s were charged."),
        LINK,
    ),
    Kind.ORDER_DELIVERED: _words(
        N_("Your order from %(shop)s was delivered"),
        _SEE,
        N_("Enjoy it! This is what it was:"),
        ORDER,
        LINK,
    ),
    Kind.ORDER_REJECTED: _words(
        N_("Your order at %(shop)s could not be accepted"),
        N_("See why"),
        N_("Something in it does not fit any more: a price, a product, or the opening hours. Its page says what."),
        _NOTHING_TAKEN,
        LINK,
    ),
    Kind.ORDER_UNAVAILABLE: _words(
        N_("Something in your order at %(shop)s is sold out"),
        N_("See what is sold out"),
        N_("We could not reserve all of it, so the order has ended."),
        _NOTHING_TAKEN,
        ORDER,
        LINK,
    ),
    Kind.ORDER_DECLINED: _words(
        N_("The payment for your order at %(shop)s was declined"),
        _SEE,
        N_("The order has ended, and no money was taken. You can order again with another card."),
        (N_("The payment provider says: %(reason)s."), "reason"),
        ORDER,
        LINK,
    ),
    Kind.ORDER_EXPIRED: _words(
        N_("Your order at %(shop)s was not paid in time"),
        _SEE,
        N_("The order has ended. If money was taken all the same, it comes back to you."),
        ORDER,
        LINK,
    ),
    Kind.ORDER_CANCELLED: _words(
        N_("Your order at %(shop)s was cancelled"),
        _SEE,
        _COMES_BACK,
        ORDER,
        LINK,
    ),
    Kind.ORDER_REFUNDED: _words(
        N_("%(amount)s come back to you"),
        _SEE,
        N_("We returned %(amount)s of your order at %(shop)s. Your bank may take some days to show them."),
        (N_("Why: %(reason)s"), "reason"),
        LINK,
    ),
    Kind.NEW_ORDER: _words(
        N_("A new order at %(shop)s"),
        N_("Open the board"),
        N_("It is paid, and waits to be prepared:"),
        ORDER,
        LINK,
    ),
    Kind.ORDER_MISSED: _words(
        N_("An order at %(shop)s was cancelled: it was not accepted in time"),
        N_("Open the board"),
        N_("Its customer gets the money back, and its units are on sale again:"),
        ORDER,
        N_("If this happens often, check your opening hours: customers see the shop open while they last."),
        LINK,
    ),
}

_ENDPOINTS: Mapping[Kind, Words] = {
    Kind.WEBHOOK_HELD: _words(
        N_("Your webhooks to %(host)s fail"),
        N_("See what it answers"),
        N_("Several requests in a row failed at %(host)s. Until it answers again, we send single trials."),
        N_(
            "Nothing is lost: its events wait, and are tried for about three days. You need do nothing once it answers."
        ),
        LINK,
    ),
    Kind.WEBHOOK_GIVEN_UP: _words(
        N_("An event could not be delivered to %(host)s"),
        N_("See what failed"),
        N_("%(host)s did not take an event in ten tries within about three days, so we gave it up."),
        N_("This page shows what it answered, and sends again what failed:"),
        LINK,
    ),
    Kind.WEBHOOK_GONE: _words(
        N_("Your webhooks to %(host)s have ended"),
        N_("See the endpoint"),
        N_("%(host)s answered 410 (Gone), so we send it nothing any more, and what waited for it was given up."),
        N_("If that was a mistake, switch it on again on this page, and send again what failed:"),
        LINK,
    ),
}

WORDS: Mapping[Kind, Words] = MappingProxyType({**_ACCOUNTS, **_ORDERS, **_ENDPOINTS})
