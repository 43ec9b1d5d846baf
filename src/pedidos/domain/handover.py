"""How an order gets to its customer: delivery or pick-up, with a snapshot of who and where; and who may read that."""

from dataclasses import dataclass
from enum import StrEnum

from pedidos.domain.access import Role
from pedidos.domain.order import ENDS, Status


class Method(StrEnum):
    """How the order gets to its customer. PICK_UP: the customer comes to the merchant."""

    DELIVERY = "delivery"
    PICK_UP = "pick_up"


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Address:
    """An address in Brazil. postal_code: eight digits. location: None if it is not known."""

    street: str
    number: str
    district: str
    city: str
    state: str
    postal_code: str
    complement: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The snapshot that an order carries: personal data, which never leaves PostgreSQL except to those who may read it.
    address: of a delivery; None for a pick-up. note: for those who prepare or bring the order."""

    recipient: str
    phone: str
    address: Address | None = None
    note: str = ""


def may_read_contact(role: Role, status: Status) -> bool:
    """Whether an account of this role, which may see the order, may also read its contact. Its merchant needs it until
    the order ends; its customer and operators may read it until it is erased."""
    return role is not Role.MERCHANT or status not in ENDS
