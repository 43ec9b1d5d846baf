"""What a merchant asks for a delivery: a flat fee, or one by distance; free from an amount on."""

from itertools import pairwise
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, may_manage
from pedidos.domain.handover import Location
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.contact_fields import FeeCents, Metres
from pedidos.http.fields import PriceCents
from pedidos.http.problems import FieldError
from pedidos.http.roles import allow, public
from pedidos.processes.api import closures
from pedidos.processes.api.handover import Place, PlaceAnswer
from pedidos.processes.api.merchants import MerchantPath
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.storage.catalogue import delivery_terms as stored
from pedidos.storage.catalogue import merchants as stored_merchants
from pedidos.storage.catalogue.delivery_terms import MOST_BANDS, Band, DeliveryTerms

resource = closures.resource  # the same paths


class FeeBand(Body):
    """The fee up to a distance, as the crow flies."""

    up_to_metres: Metres
    fee_cents: FeeCents


class NewTerms(Body):
    """Either flat_cents, or bands and your location."""

    flat_cents: FeeCents | None = None
    bands: Annotated[list[FeeBand], Field(max_length=MOST_BANDS)] = Field(
        [], description="By growing distance. Farther than the last one is not delivered."
    )
    free_from_cents: PriceCents | None = Field(None, description="Sum of the items from which a delivery is free.")
    location: Place | None = Field(None, description="Where you are: distances count from here.")


class BandAnswer(Answer):
    """The fee up to a distance"""

    up_to_metres: int
    fee_cents: int


class TermsAnswer(Answer):
    """What the merchant asks for a delivery"""

    delivers: bool
    flat_cents: int | None
    bands: list[BandAnswer]
    free_from_cents: int | None
    location: PlaceAnswer | None


@resource.operation("get", "/<uuid:merchant_id>/delivery", answers={200: TermsAnswer})
@public
def read_delivery(path: MerchantPath) -> Response:
    """Read what a merchant asks for a delivery"""
    engine = services().engine
    if stored_merchants.merchant(engine, path.merchant_id) is None:
        raise problems.NotFound
    return reply(_answer(stored.of_merchant(engine, path.merchant_id)))


@resource.operation(
    "put", "/<uuid:merchant_id>/delivery", answers={200: TermsAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT, owner=True)
def set_delivery(identity: Identity, path: MerchantPath, body: NewTerms) -> Response:
    """Set what you ask for a delivery. Orders that are placed already keep their fee"""
    _own(identity, path.merchant_id)
    terms = _terms(body)
    stored.set_terms(services().engine, path.merchant_id, terms, who())
    return reply(_answer(terms))


@resource.operation("delete", "/<uuid:merchant_id>/delivery", answers={204: None}, refuses=[problems.OutcomeUnknown])
@allow(Role.MERCHANT, owner=True)
def end_delivery(identity: Identity, path: MerchantPath) -> Response:
    """Deliver no more: new orders are picked up"""
    _own(identity, path.merchant_id)
    stored.set_terms(services().engine, path.merchant_id, None, who())
    return Response(status=204)


def _terms(body: NewTerms) -> DeliveryTerms:
    """Raises InvalidFields."""
    errors = []
    if (body.flat_cents is None) == (not body.bands):
        errors.append(FieldError("flat_cents", Sentence("Give either flat_cents or bands.")))
    if body.bands and body.location is None:
        errors.append(FieldError("location", Sentence("Bands need your location.")))
    if any(near.up_to_metres >= far.up_to_metres for near, far in pairwise(body.bands)):
        errors.append(FieldError("bands", Sentence("Each band must reach farther than the one before.")))
    if errors:
        raise problems.InvalidFields(errors=errors)
    bands = [Band(band.up_to_metres, band.fee_cents) for band in body.bands]
    place = body.location
    location = Location(place.latitude, place.longitude) if place else None
    return DeliveryTerms(body.flat_cents, bands, body.free_from_cents, location)


def _answer(terms: DeliveryTerms | None) -> TermsAnswer:
    if terms is None:
        return TermsAnswer(delivers=False, flat_cents=None, bands=[], free_from_cents=None, location=None)
    place = terms.location
    return TermsAnswer(
        delivers=True,
        flat_cents=terms.flat_cents,
        bands=[BandAnswer(up_to_metres=band.metres, fee_cents=band.cents) for band in terms.bands],
        free_from_cents=terms.free_from_cents,
        location=PlaceAnswer(latitude=place.latitude, longitude=place.longitude) if place else None,
    )


def _own(identity: Identity, merchant_id: UUID) -> None:
    if not may_manage(identity, merchant_id):
        raise problems.NotFound
