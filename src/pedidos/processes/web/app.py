"""The app of the pages: its views, their languages, their errors, and who may see what."""

from flask import Flask
from jinja2 import StrictUndefined

from pedidos.http import assets, health
from pedidos.processes.web import entrance, errors, formats, languages, layout, pictures
from pedidos.processes.web.account import (
    links,
    mailbox,
    own_picture,
    own_sessions,
    password,
    personal_data,
    refusing,
    saved_addresses,
    second_factor,
    sign_in,
    sign_up,
)
from pedidos.processes.web.account import overview as account
from pedidos.processes.web.courier import deliveries
from pedidos.processes.web.customer import basket, checkout, order_map, orders, selling, shops
from pedidos.processes.web.merchant import (
    board,
    coupons,
    delivery,
    figures,
    hours,
    menu,
    options,
    people,
    product_picture,
    ratings,
    refunds,
    sold_out,
    stock,
    vips,
)
from pedidos.processes.web.more_pages import NO_MORE, MorePages
from pedidos.processes.web.operator import audit, dead_letters, kafka, merchants, overview, tasks
from pedidos.processes.web.operator import order as operator_order
from pedidos.processes.web.operator import orders as operator_orders
from pedidos.processes.web.operator import people as operator_people
from pedidos.processes.web.operator.order_map import views as operator_map
from pedidos.processes.web.services import services
from pedidos.processes.web.webhooks import delivery_pages, endpoint_pages
from pedidos.storage.engine import ping

BLUEPRINTS = (
    languages.pages,
    pictures.pages,
    sign_in.pages,
    sign_up.pages,
    links.pages,
    mailbox.pages,
    refusing.pages,
    account.pages,
    password.pages,
    own_sessions.pages,
    second_factor.pages,
    personal_data.pages,
    own_picture.pages,
    saved_addresses.pages,
    shops.pages,
    basket.pages,
    checkout.pages,
    orders.pages,
    order_map.pages,
    selling.pages,
    overview.pages,
    operator_orders.pages,
    operator_order.pages,
    operator_map.pages,
    dead_letters.listing.pages,
    dead_letters.letter.pages,
    dead_letters.asking.pages,
    kafka.cluster.pages,
    tasks.pages,
    kafka.records.pages,
    audit.listing.pages,
    audit.exporting.pages,
    merchants.pages,
    operator_people.pages,
    board.pages,
    refunds.pages,
    ratings.pages,
    menu.pages,
    options.pages,
    product_picture.pages,
    sold_out.pages,
    stock.pages,
    hours.pages,
    delivery.pages,
    coupons.pages,
    vips.pages,
    figures.pages,
    people.pages,
    deliveries.pages,
    endpoint_pages.pages,
    delivery_pages.pages,
)


def app_without_services(more: MorePages = NO_MORE) -> Flask:
    """The app with its pages, and those that stand beside the product. Raises TypeError if a view does not declare who
    may see it."""
    app = Flask(__name__, static_folder=None)
    # A redirect from //orders to /orders would name the host that the request claims to be for.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    errors.install(app)
    languages.install(app)
    formats.install(app)
    layout.install(app, more.menu)
    assets.install(app)
    health.install(app, lambda: ping(services().engine))
    for blueprint in (*BLUEPRINTS, *more.blueprints):
        app.register_blueprint(blueprint)
    entrance.install(app)
    return app
