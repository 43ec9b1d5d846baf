"""The pages: their app, with the services of its views."""

from flask import Flask

from pedidos.http import limits, wsgi
from pedidos.http.anonymous_limit import AnonymousLimit
from pedidos.http.counting import shared_broker
from pedidos.http.failed_sign_ins import FailedSignIns
from pedidos.http.guesses import Guesses
from pedidos.http.hashing import HashingPool
from pedidos.http.password_check import PasswordCheck
from pedidos.processes.web import errors
from pedidos.processes.web.app import app_without_services
from pedidos.processes.web.figures.maker import FiguresMaker
from pedidos.processes.web.figures.targets import finder
from pedidos.processes.web.more_pages import NO_MORE, MorePages
from pedidos.processes.web.placing import Placing
from pedidos.processes.web.services import Services, provide
from pedidos.security.passwords import nobodys_hash
from pedidos.settings.processes import WebSettings
from pedidos.storage.engine import make_engine, measure
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.traces import begin_traces

LOCK_SECONDS = 0.3
"""Longest wait of a request for a lock. It occupies a thread meanwhile, and there are few."""


def web_app(settings: WebSettings, more: MorePages = NO_MORE) -> Flask:
    """The WSGI app. more: pages that stand beside the product."""
    telemetry.begin(settings, Recorder.WEB)
    app = app_without_services(more)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    engine = measure(
        make_engine(settings, settings.instance, settings.database_timeout_seconds, LOCK_SECONDS, settings.connections)
    )
    begin_traces(settings, "web", engine)
    hashing = HashingPool(settings.hashing_threads)
    guesses = Guesses(settings.guesses_per_hour, shared_broker(settings.broker_url))
    password_check = PasswordCheck(engine, hashing, guesses, FailedSignIns())
    anonymous = AnonymousLimit(settings.anonymous_per_minute)
    figures = FiguresMaker(finder(settings.metrics_sources, settings.metrics_target))
    placing = Placing(engine, settings)
    provide(app, Services(settings, engine, anonymous, hashing, password_check, placing, figures))
    limits.install(app, settings, errors.answer)
    figures.start()
    nobodys_hash()  # created now, so that the first sign-in takes no longer than the others
    wsgi.install(app, settings.edge_key)
    return app
