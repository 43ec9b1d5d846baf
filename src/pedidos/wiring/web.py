"""The pages: their app, with the services of its views."""

from flask import Flask
from sqlalchemy import Engine

from pedidos.http import limits, wsgi
from pedidos.http.anonymous_limit import AnonymousLimit
from pedidos.http.counting import shared_counts
from pedidos.http.failed_sign_ins import FailedSignIns
from pedidos.http.guesses import Guesses
from pedidos.http.hashing import HashingPool
from pedidos.http.password_check import PasswordCheck
from pedidos.http.picture_reading import PicturePool
from pedidos.http.second_factor import SecondFactorCheck
from pedidos.processes.celery_app import make_celery
from pedidos.processes.web import errors
from pedidos.processes.web.app import app_without_services
from pedidos.processes.web.feeds.open_streams import OpenStreams
from pedidos.processes.web.figures.keeping import FiguresFile
from pedidos.processes.web.figures.maker import FiguresMaker
from pedidos.processes.web.figures.targets import finder
from pedidos.processes.web.kafka_desk import KafkaDesk
from pedidos.processes.web.more_pages import NO_MORE, MorePages
from pedidos.processes.web.placing import Placing
from pedidos.processes.web.services import Services, provide
from pedidos.processes.web.task_desk import TaskDesk
from pedidos.security.account_keys import AccountKeys
from pedidos.security.passwords import nobodys_hash
from pedidos.settings.processes import WebSettings
from pedidos.setup.exposure import operators_need_second_factor
from pedidos.storage.engine import make_engine, measure
from pedidos.storage.session import Plans
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.signatures import check_with
from pedidos.wiring.traces import begin_traces

LOCK_SECONDS = 0.3
"""Longest wait of a request for a lock. It occupies a thread meanwhile, and there are few."""


def web_app(settings: WebSettings, more: MorePages = NO_MORE) -> Flask:
    """The WSGI app. more: pages that stand beside the product."""
    telemetry.begin(settings, Recorder.WEB)
    app = app_without_services(more)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    engine = measure(
        make_engine(
            settings,
            settings.instance,
            settings.database_timeout_seconds,
            LOCK_SECONDS,
            settings.connections,
            Plans.OWN,
        )
    )
    begin_traces(settings, "web", engine)
    kept = FiguresFile(settings.figures_file)
    figures = FiguresMaker(finder(settings.metrics_sources, settings.metrics_target), kept)
    given = _services(settings, engine, figures)
    provide(app, given)
    limits.install(app, settings, errors.answer)
    figures.start()
    nobodys_hash()  # created now, so that the first sign-in takes no longer than the others
    wsgi.install(app, settings.edge_key, settings.web_threads)
    wsgi.at_end(app, given.streams.end)
    wsgi.at_end(app, figures.close)
    return app


def _services(settings: WebSettings, engine: Engine, figures: FiguresMaker) -> Services:
    hashing, failed = HashingPool(settings.hashing_threads), FailedSignIns()
    broker = shared_counts(settings)
    account_keys = AccountKeys(settings.account_keys)
    check = check_with(settings.record_keys, engine) if settings.record_keys else None
    return Services(
        settings,
        engine,
        AnonymousLimit(settings.anonymous_per_minute),
        hashing,
        PasswordCheck(engine, hashing, Guesses(settings.guesses_per_hour, broker), failed),
        SecondFactorCheck(
            engine,
            account_keys,
            Guesses(settings.codes_per_hour, broker, what="codes"),
            failed,
            operators_need_second_factor(settings, settings.operators_second_factor),
        ),
        account_keys,
        Placing(engine, settings),
        figures,
        KafkaDesk(settings.kafka, check),
        TaskDesk(make_celery(settings.broker) if settings.broker else None),
        OpenStreams(settings.page_streams),
        PicturePool(),
    )
