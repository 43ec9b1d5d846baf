"""The pages of the map: the map itself, what changes of it, and the facts about one place."""

from uuid import UUID

from flask import Blueprint, render_template, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.domain.order import IN_FLIGHT
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.operator.order_map import batches, kafka_records, log_lines
from pedidos.processes.web.operator.order_map.context import context
from pedidos.processes.web.operator.order_map.facts import Section, facts
from pedidos.processes.web.operator.order_map.places import BACK_AT_ONCE, KIND, Place, kind_of
from pedidos.processes.web.operator.order_map.view import MapView, is_traced, read, view_of
from pedidos.processes.web.operator.order_map.words import PLACES
from pedidos.processes.web.operator.order_rows import untaken
from pedidos.processes.web.services import services
from pedidos.processes.web.zones import zone
from pedidos.storage.audit_log import writing
from pedidos.storage.catalogue import merchants
from pedidos.storage.catalogue.merchants import Merchant

pages = Blueprint("operator_map", __name__, url_prefix="/operator/orders/<uuid:order_id>/map")


@pages.get("")
@allow(Role.OPERATOR)
def map_of(order_id: UUID) -> str:
    """The map of an order."""
    shown = _shown(order_id)
    _note(order_id)
    return render_template("operator/map/page.html", **context(shown, _shop(shown)))


@pages.get("/now")
@allow(Role.OPERATOR)
def now(order_id: UUID) -> str:
    """The parts of the map that change."""
    shown = _shown(order_id)
    return render_template("operator/map/now.html", **context(shown, _shop(shown)))


@pages.get("/<any({}):place>".format(", ".join(Place)))
@allow(Role.OPERATOR)
def facts_at(order_id: UUID, place: str) -> str:
    """What is known about the order at one place: for a dialog of the map, or as a page."""
    engine = services().engine
    shown = _shown(order_id)
    _note(order_id)
    here = Place(place)
    program = shown.captions[here].program or KIND[here]
    template = "facts.html" if "HX-Request" in request.headers else "facts_page.html"
    return render_template(
        f"operator/map/{template}",
        order_id=order_id,
        name=PLACES[here],
        caption=shown.captions[here],
        program=program,
        kept_away=kind_of(program) not in BACK_AT_ONCE,
        lines=log_lines.of_order(order_id, kind_of(program)),
        sections=[*facts(here, shown.found, shown.spans, zone()), *_on_kafka(here, shown)],
        batches=batches.shared(engine, here, order_id, shown.spans),
    )


def _shown(order_id: UUID) -> MapView:
    """Raises NotFound."""
    found = read(services().engine, order_id)
    if found is None:
        raise problems.NotFound
    traced = is_traced(services().settings, order_id)
    alone = untaken() if found[0].summary.status in IN_FLIGHT else frozenset()
    return view_of(*found, zone(), traced=traced, internal=True, untaken=alone)


def _on_kafka(place: Place, shown: MapView) -> list[Section]:
    return kafka_records.records(services().kafka, shown.found, zone()) if place is Place.KAFKA else []


def _shop(shown: MapView) -> Merchant | None:
    return merchants.merchant(services().engine, shown.found.summary.merchant_id)


def _note(order_id: UUID) -> None:
    writing.record(services().engine, Entry(Action.ORDER_READ, who(), str(order_id)))
