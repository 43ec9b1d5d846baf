from pedidos.domain.acceptance import NOT_ACCEPTED
from pedidos.domain.mails import LIVES, NOT_OWED, ORDER_MAILS, PURPOSES, Audience, Kind, mails_about
from pedidos.domain.order import MONEY_RETURNED, Status, event_type


def test_only_events_of_orders_make_mails_about_orders() -> None:
    assert set(ORDER_MAILS) <= {*MONEY_RETURNED, *map(event_type, Status)}
    assert not {mail.kind for mail in ORDER_MAILS.values()} & set(PURPOSES)


def test_every_end_of_an_order_is_told_to_its_customer() -> None:
    ends = (Status.DELIVERED, Status.REJECTED, Status.UNAVAILABLE, Status.DECLINED, Status.EXPIRED, Status.CANCELLED)
    assert {ORDER_MAILS[event_type(end)].audience for end in ends} == {Audience.CUSTOMER}


def test_a_merchant_is_told_only_of_a_cancellation_for_its_own_delay() -> None:
    cancelled = event_type(Status.CANCELLED)
    assert [mail.kind for mail in mails_about(cancelled, NOT_ACCEPTED)] == [
        Kind.ORDER_CANCELLED,
        Kind.ORDER_MISSED,
    ]
    assert [mail.kind for mail in mails_about(cancelled, None)] == [Kind.ORDER_CANCELLED]
    assert [mail.kind for mail in mails_about(event_type(Status.PAID), NOT_ACCEPTED)] == [Kind.ORDER_PAID]
    assert not mails_about("order.unheard_of", None)


def test_what_is_about_money_is_owed() -> None:
    assert {Kind.ORDER_PAID, Kind.ORDER_DELIVERED, Kind.NEW_ORDER, Kind.ORDER_MISSED} == NOT_OWED


def test_each_purpose_of_a_link_has_a_time() -> None:
    assert set(LIVES) == set(PURPOSES.values())
