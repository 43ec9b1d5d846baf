"""The app of the product's pages, with those of the classroom."""

from flask import Flask

from pedidos.processes.web.more_pages import MorePages
from pedidos.settings.processes import WebSettings
from pedidos.wiring import web
from pedidos_classroom.web import breaking, guard

MORE = MorePages((guard.pages, breaking.pages), {})


def web_app(settings: WebSettings) -> Flask:
    """The WSGI app."""
    return web.web_app(settings, MORE)
