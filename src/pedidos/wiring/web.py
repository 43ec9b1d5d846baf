"""The pages: their app, with the services of its views."""

from flask import Flask

from pedidos.http import wsgi
from pedidos.http.anonymous_limit import AnonymousLimit
from pedidos.processes.web.app import app_without_services
from pedidos.processes.web.services import Services, provide
from pedidos.settings.processes import WebSettings
from pedidos.storage.engine import make_engine, measure
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.traces import begin_traces

LOCK_SECONDS = 0.3
"""Longest wait of a request for a lock. It occupies a thread meanwhile, and there are few."""


def web_app(settings: WebSettings) -> Flask:
    """The WSGI app."""
    telemetry.begin(settings, Recorder.WEB)
    app = app_without_services()
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    engine = measure(
        make_engine(settings, settings.instance, settings.database_timeout_seconds, LOCK_SECONDS, settings.connections)
    )
    begin_traces(settings, "web", engine)
    provide(app, Services(settings, engine, AnonymousLimit(settings.anonymous_per_minute)))
    wsgi.install(app, settings.edge_key)
    return app
