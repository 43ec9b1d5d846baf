"""Pictures: a merchant's of its products, and a customer's own."""

from flask import Response

from pedidos.domain.access import Identity, Role, merchant_of
from pedidos.domain.picture import KEPT_TYPE, Picture
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.api.accounts import AccountAnswer, own_account
from pedidos.processes.api.products import ProductAnswer, ProductPath, found
from pedidos.processes.api.resource import Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.accounts import pictures as own
from pedidos.storage.catalogue import pictures

resource = Resource("Pictures", "/v1", "Pictures of products, and your own.")


@resource.operation(
    "put", "/products/<uuid:product_id>/picture", answers={200: ProductAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT, owner=True)
def set_product_picture(identity: Identity, path: ProductPath, picture: Picture) -> Response:
    """Give one of your products a picture, in place of the one it has"""
    merchant_id = merchant_of(identity)
    return found(pictures.set_picture(services().engine, merchant_id, path.product_id, picture, who()))


@resource.operation(
    "delete", "/products/<uuid:product_id>/picture", answers={200: ProductAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT, owner=True)
def remove_product_picture(identity: Identity, path: ProductPath) -> Response:
    """Remove the picture of one of your products. Repeating the request changes nothing"""
    return found(pictures.remove_picture(services().engine, merchant_of(identity), path.product_id, who()))


@resource.operation("get", "/me/picture", answers={200: None}, media_type=KEPT_TYPE, refuses=[problems.NotFound])
@allow(Role.CUSTOMER)
def read_own_picture(identity: Identity) -> Response:
    """Read your own picture. Only you see it"""
    picture = own.picture(services().engine, identity.account_id)
    if picture is None:
        raise problems.NotFound
    return Response(picture.content, content_type=KEPT_TYPE)


@resource.operation("put", "/me/picture", answers={200: AccountAnswer}, refuses=[problems.OutcomeUnknown])
@allow(Role.CUSTOMER)
def set_own_picture(identity: Identity, picture: Picture) -> Response:
    """Give yourself a picture, in place of the one you have"""
    own.set_picture(services().engine, identity.account_id, picture, who())
    return reply(own_account(identity))


@resource.operation("delete", "/me/picture", answers={200: AccountAnswer}, refuses=[problems.OutcomeUnknown])
@allow(Role.CUSTOMER)
def remove_own_picture(identity: Identity) -> Response:
    """Remove your picture. Repeating the request changes nothing"""
    own.remove_picture(services().engine, identity.account_id, who())
    return reply(own_account(identity))
