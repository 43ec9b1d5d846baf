"""Who may see which orders, and who may manage which merchant."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never
from uuid import UUID


class Role(StrEnum):
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    OPERATOR = "operator"
    COURIER = "courier"
    """Brings the orders of one merchant to their customers."""


SEE_ORDERS = (Role.CUSTOMER, Role.MERCHANT, Role.OPERATOR)
"""Who sees orders, each their own; a courier sees deliveries."""

OF_A_MERCHANT = frozenset({Role.MERCHANT, Role.COURIER})
"""Roles of accounts that belong to a merchant."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The account that a request speaks for. merchant_id is set for merchants and couriers only; expires_at, in seconds
    since the epoch, is when the request's credentials end. account_version: of the account, when the credentials were
    issued. session_id: None if they belong to no session. verified: whether the e-mail address was known to be its
    owner's then. staff: of a merchant's account, whether it only works the board."""

    account_id: UUID
    role: Role
    merchant_id: UUID | None
    expires_at: int
    account_version: int = 0
    session_id: UUID | None = None
    verified: bool = True
    staff: bool = False


@dataclass(frozen=True, slots=True)
class OrderScope:
    """A set of orders: those of one customer, those of one merchant, or all orders when both are None."""

    customer_id: UUID | None = None
    merchant_id: UUID | None = None

    def includes(self, customer_id: UUID, merchant_id: UUID) -> bool:
        """Whether an order of this customer and this merchant belongs to the set."""
        return self.customer_id in (None, customer_id) and self.merchant_id in (None, merchant_id)


ALL_ORDERS = OrderScope()


@dataclass(frozen=True, slots=True)
class ProductScope:
    """A set of products: those on sale, and in addition all products of one merchant, or all products."""

    merchant_id: UUID | None = None
    everything: bool = False


def scope_of(identity: Identity) -> OrderScope:
    """The orders that the account may see: a customer its own, a merchant those placed with it, an operator all.

    Raises ValueError for a merchant's account without a merchant, which would see all orders, and for a courier, who
    sees deliveries (storage.orders.deliveries) instead.
    """
    match identity.role:
        case Role.CUSTOMER:
            return OrderScope(customer_id=identity.account_id)
        case Role.MERCHANT:
            return OrderScope(merchant_id=merchant_of(identity))
        case Role.OPERATOR:
            return ALL_ORDERS
        case Role.COURIER:
            raise ValueError(f"the account {identity.account_id} is a courier's")
        case unknown:
            assert_never(unknown)


def product_scope_of(identity: Identity | None) -> ProductScope:
    """The products that the account may see: all of its own merchant, as an operator all, and otherwise those on sale.
    None: a request without credentials."""
    if identity is None:
        return ProductScope()
    own = identity.merchant_id if identity.role is Role.MERCHANT else None
    return ProductScope(own, everything=identity.role is Role.OPERATOR)


def merchant_of(identity: Identity) -> UUID:
    """The merchant that the account belongs to. Raises ValueError for an account that belongs to none."""
    if identity.merchant_id is None:
        raise ValueError(f"the account {identity.account_id} belongs to no merchant")
    return identity.merchant_id


def may_manage(identity: Identity, merchant_id: UUID) -> bool:
    """Whether the account may change the merchant's catalogue, stock and opening hours."""
    return identity.role is Role.MERCHANT and identity.merchant_id == merchant_id
