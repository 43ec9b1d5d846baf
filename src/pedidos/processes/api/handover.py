"""How an order gets to its customer, in requests and responses: delivery or pick-up, and who and where."""

from typing import Literal

from pydantic import Field

from pedidos.domain import handover as rules
from pedidos.domain.handover import Contact, Location
from pedidos.http import problems
from pedidos.http.contact_fields import (
    City,
    Complement,
    District,
    HouseNumber,
    Latitude,
    Longitude,
    Note,
    Phone,
    PostalCode,
    Recipient,
    State,
    Street,
)
from pedidos.http.problems import FieldError
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer
from pedidos.sentence import Sentence


class Place(Body):
    """A place on the map, in degrees (WGS 84)."""

    latitude: Latitude
    longitude: Longitude


class Address(Body):
    """An address in Brazil."""

    street: Street
    number: HouseNumber
    complement: Complement = ""
    district: District
    city: City
    state: State
    postal_code: PostalCode
    location: Place | None = Field(None, description="Needed where the fee depends on the distance.")

    def value(self) -> rules.Address:
        """The address as the rules know it."""
        return rules.Address(
            self.street,
            self.number,
            self.district,
            self.city,
            self.state,
            self.postal_code,
            self.complement,
            Location(self.location.latitude, self.location.longitude) if self.location else None,
        )


class Handover(Body):
    """Delivery or pick-up, and who gets the order. Without it, an order is picked up by somebody who is not named."""

    method: Literal["delivery", "pick_up"]
    recipient: Recipient
    phone: Phone
    address: Address | None = Field(None, description="Of a delivery. A pick-up has none.")
    note: Note = ""

    def contact(self) -> Contact:
        """The snapshot that the order carries. Raises InvalidFields."""
        if (self.address is None) == (self.method == "delivery"):
            missing, extra = Sentence("A delivery needs an address."), Sentence("A pick-up has no address.")
            said = missing if self.address is None else extra
            raise problems.InvalidFields(errors=[FieldError("handover.address", said)])
        return Contact(self.recipient, self.phone, self.address.value() if self.address else None, self.note)


class PlaceAnswer(Answer):
    """A place on the map, in degrees (WGS 84)"""

    latitude: float
    longitude: float


class AddressAnswer(Answer):
    """An address in Brazil"""

    street: str
    number: str
    complement: str
    district: str
    city: str
    state: str
    postal_code: str
    location: PlaceAnswer | None


class ContactAnswer(Answer):
    """Who gets an order, and where"""

    recipient: str
    phone: str
    address: AddressAnswer | None
    note: str


def contact_answer(contact: Contact) -> ContactAnswer:
    """The contact in a response."""
    return ContactAnswer(
        recipient=contact.recipient,
        phone=contact.phone,
        address=address_answer(contact.address) if contact.address else None,
        note=contact.note,
    )


def address_answer(address: rules.Address) -> AddressAnswer:
    """The address in a response."""
    place = address.location
    return AddressAnswer(
        street=address.street,
        number=address.number,
        complement=address.complement,
        district=address.district,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        location=PlaceAnswer(latitude=place.latitude, longitude=place.longitude) if place else None,
    )
