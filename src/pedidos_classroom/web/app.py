"""The app of the product's pages, with those of the classroom."""

from flask import Flask

from pedidos.processes.web.more_pages import MorePages
from pedidos.processes.web.operator.order_map import log_lines
from pedidos.settings.processes import WebSettings
from pedidos.wiring import web
from pedidos_classroom.web import breaking, guard
from pedidos_classroom.web.log_lines import reader

MORE = MorePages((guard.pages, breaking.pages), {})


def web_app(settings: WebSettings) -> Flask:
    """The WSGI app."""
    app = web.web_app(settings, MORE)
    log_lines.provide(app, reader(settings.state_dir))
    return app
