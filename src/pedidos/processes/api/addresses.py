"""A customer's saved addresses: a few, to order without typing them again."""

from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role
from pedidos.domain.handover import Contact
from pedidos.http import problems
from pedidos.http.contact_fields import AddressLabel, Note, Phone, Recipient
from pedidos.http.roles import allow
from pedidos.processes.api.handover import Address, ContactAnswer, contact_answer
from pedidos.processes.api.request_validation import Body, Path
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.accounts import addresses as stored
from pedidos.storage.accounts.addresses import SavedAddress


class AddressPath(Path):
    address_id: UUID = Field(description="Id of the address: the client that saves it chooses a new UUID.")


class AddressToSave(Body):
    """Who gets an order, and where. It is copied into each order: a later change changes no order."""

    label: AddressLabel
    recipient: Recipient
    phone: Phone
    address: Address
    note: Note = ""


class SavedAddressAnswer(Answer):
    """A saved address"""

    id: UUID
    label: str
    contact: ContactAnswer


class SavedAddressList(Answer):
    """All saved addresses, oldest first"""

    items: list[SavedAddressAnswer]


resource = Resource("Addresses", "/v1/me/addresses", "Saved addresses of a customer.")


@resource.operation("get", "", answers={200: SavedAddressList})
@allow(Role.CUSTOMER)
def list_addresses(identity: Identity) -> Response:
    """List your saved addresses"""
    found = stored.of_account(services().engine, identity.account_id)
    return reply(SavedAddressList(items=[_answer(each) for each in found]))


@resource.operation(
    "put", "/<uuid:address_id>", answers={200: SavedAddressAnswer}, refuses=[problems.Conflict, problems.OutcomeUnknown]
)
@allow(Role.CUSTOMER)
def save_address(identity: Identity, path: AddressPath, body: AddressToSave) -> Response:
    """Save an address, or replace the one with this id"""
    contact = Contact(body.recipient, body.phone, body.address.value(), body.note)
    address = SavedAddress(path.address_id, body.label, contact)
    try:
        stored.save(services().engine, identity.account_id, address)
    except stored.TooManyAddresses as error:
        raise problems.Conflict(error.reason) from error
    return reply(_answer(address))


@resource.operation("delete", "/<uuid:address_id>", answers={204: None}, refuses=[problems.OutcomeUnknown])
@allow(Role.CUSTOMER)
def forget_address(identity: Identity, path: AddressPath) -> Response:
    """Remove a saved address. Orders keep their own copy"""
    if not stored.forget(services().engine, identity.account_id, path.address_id):
        raise problems.NotFound
    return Response(status=204)


def _answer(address: SavedAddress) -> SavedAddressAnswer:
    return SavedAddressAnswer(id=address.id, label=address.label, contact=contact_answer(address.contact))
