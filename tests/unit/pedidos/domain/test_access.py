"""A customer sees its own orders, a merchant those placed with it, an operator all of them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.access import (
    ALL_ORDERS,
    SEE_ORDERS,
    Identity,
    OrderScope,
    ProductScope,
    Role,
    may_manage,
    merchant_of,
    product_scope_of,
    scope_of,
)

ids = st.sampled_from([UUID(int=n) for n in range(1, 5)])
"""Few, so that accounts, customers and merchants often have the same."""


def identity(role: Role, account_id: UUID, merchant_id: UUID | None = None) -> Identity:
    return Identity(account_id, role, merchant_id, expires_at=0)


@given(ids, ids, ids)
def test_a_customer_sees_its_own_orders(account: UUID, customer: UUID, merchant: UUID) -> None:
    scope = scope_of(identity(Role.CUSTOMER, account))
    assert scope.includes(customer, merchant) == (customer == account)


@given(ids, ids, ids, ids)
def test_a_merchant_sees_the_orders_placed_with_it(account: UUID, own: UUID, customer: UUID, merchant: UUID) -> None:
    scope = scope_of(identity(Role.MERCHANT, account, own))
    assert scope.includes(customer, merchant) == (merchant == own)


@given(ids, ids, ids)
def test_an_operator_sees_all_orders(account: UUID, customer: UUID, merchant: UUID) -> None:
    scope = scope_of(identity(Role.OPERATOR, account))
    assert scope == ALL_ORDERS
    assert scope.includes(customer, merchant)


def test_who_sees_products_that_are_not_on_sale() -> None:
    account, merchant = UUID(int=1), UUID(int=2)
    assert product_scope_of(None) == ProductScope()
    assert product_scope_of(identity(Role.CUSTOMER, account)) == ProductScope()
    assert product_scope_of(identity(Role.MERCHANT, account, merchant)) == ProductScope(merchant)
    assert product_scope_of(identity(Role.OPERATOR, account)) == ProductScope(everything=True)


def test_a_merchants_account_without_a_merchant_sees_nothing() -> None:
    with pytest.raises(ValueError, match="belongs to no merchant"):
        scope_of(identity(Role.MERCHANT, UUID(int=1)))


def test_a_courier_sees_deliveries_and_no_orders() -> None:
    with pytest.raises(ValueError, match="courier"):
        scope_of(identity(Role.COURIER, UUID(int=1), UUID(int=2)))
    assert product_scope_of(identity(Role.COURIER, UUID(int=1), UUID(int=2))) == ProductScope()


@pytest.mark.parametrize("role", SEE_ORDERS)
def test_only_an_operator_gets_the_scope_of_all_orders(role: Role) -> None:
    scope = scope_of(identity(role, UUID(int=1), UUID(int=2)))
    assert (scope == OrderScope()) == (role is Role.OPERATOR)


@given(st.sampled_from(Role), ids, ids)
def test_a_merchant_manages_its_own_catalogue_alone(role: Role, own: UUID, merchant: UUID) -> None:
    asking = identity(role, UUID(int=9), own)
    assert may_manage(asking, merchant) == (role is Role.MERCHANT and own == merchant)
    assert merchant_of(asking) == own
