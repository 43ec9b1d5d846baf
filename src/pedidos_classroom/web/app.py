"""The app of the product's pages, with those of the classroom."""

from flask import Flask
from flask_babel import lazy_gettext as _

from pedidos.domain.access import Role
from pedidos.processes.web.layout import Entry
from pedidos.processes.web.more_pages import MorePages
from pedidos.processes.web.operator.order_map import log_lines
from pedidos.settings.processes import WebSettings
from pedidos.wiring import web
from pedidos_classroom.web import breaking, files, lessons, page
from pedidos_classroom.web.log_lines import reader

MORE = MorePages(
    (files.pages, breaking.pages, page.pages, lessons.pages),
    {Role.OPERATOR: (Entry(_("Break it"), "/break"), Entry(_("Lessons"), "/lessons"))},
)


def web_app(settings: WebSettings) -> Flask:
    """The WSGI app."""
    app = web.web_app(settings, MORE)
    log_lines.provide(app, reader(settings.state_dir))
    return app
