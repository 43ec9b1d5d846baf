"""The API: its app, with the services of its views and a pool of connections for each kind of request."""

from functools import partial

from flask_openapi import OpenAPI
from sqlalchemy import Engine

from pedidos.domain.order_limits import OrderLimiter, OrderLimits
from pedidos.errors import DatabaseUnavailable, Held
from pedidos.http import languages, limits, wsgi
from pedidos.http.anonymous_limit import AnonymousLimit
from pedidos.http.authentication import Authenticator
from pedidos.http.counting import shared_counts
from pedidos.http.failed_sign_ins import FailedSignIns
from pedidos.http.guesses import Guesses
from pedidos.http.hashing import HashingPool
from pedidos.http.password_check import PasswordCheck
from pedidos.http.picture_reading import PicturePool
from pedidos.http.revocations import Revocations
from pedidos.http.second_factor import SecondFactorCheck
from pedidos.processes.api import compartments, errors
from pedidos.processes.api.app import app_without_services
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.engines import LOCK_SECONDS, Engines
from pedidos.processes.api.group_commit import GroupCommit
from pedidos.processes.api.place_order import MOST_AT_ONCE, place_together
from pedidos.processes.api.services import Services, provide
from pedidos.security.account_keys import AccountKeys
from pedidos.security.keys import JWKS_FILE, SIGNING_FILE
from pedidos.security.passwords import nobodys_hash
from pedidos.security.rotation import refresh_secret, signing_since
from pedidos.security.tokens import TokenSigner, TokenVerifier
from pedidos.settings.processes import ApiSettings
from pedidos.setup.exposure import operators_need_second_factor
from pedidos.storage.engine import make_engine, measure
from pedidos.storage.session import Plans
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.catalogue import keys as metrics
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.traces import begin_traces

PLANS = {Kind.PLACING: Plans.KEPT, Kind.LISTS: Plans.OWN, Kind.OTHERS: Plans.CHOSEN}
"""Of the statements of each kind of request. The others find rows by their keys."""


def api_app(settings: ApiSettings) -> OpenAPI:
    """The WSGI app. Raises keys.BadKeys, and ValueError for an invalid setting."""
    telemetry.begin(settings, Recorder.API)
    metrics.SIGNING_KEY_SINCE.set_function(partial(signing_since, settings.keys_dir))
    app = app_without_services()
    # One byte more than the limit: Werkzeug silently truncates a body without Content-Length at this size.
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes + 1
    provide(app, _services(settings))
    compartments.install(app, compartments.make_compartments(settings))
    limits.install(app, settings, errors.answer)
    languages.load()
    nobodys_hash()  # created now, so that the first sign-in takes no longer than the others
    wsgi.install(app, settings.edge_key)
    return app


def _services(settings: ApiSettings) -> Services:
    keys = settings.keys_dir
    engines = make_engines(settings)
    revocations = Revocations(engines.placing)
    revocations.begin()
    begin_traces(settings, "api", engines.others)
    limiter = OrderLimiter(OrderLimits(settings.orders_per_minute, settings.unpaid_orders, settings.unpaid_units))
    hashing = HashingPool(settings.hashing_threads)
    failed = FailedSignIns()
    broker = shared_counts(settings)
    account_keys = AccountKeys(settings.account_keys)
    return Services(
        settings,
        engines,
        Authenticator(TokenVerifier(keys / JWKS_FILE), revocations.include),
        TokenSigner(keys / SIGNING_FILE, settings.access_token_seconds),
        refresh_secret(keys),
        GroupCommit(
            lambda orders: place_together(engines.placing, orders, settings.idempotency_hours, limiter),
            MOST_AT_ONCE,
            DatabaseUnavailable,
            Held,
        ),
        hashing,
        AnonymousLimit(settings.anonymous_per_minute),
        PasswordCheck(engines.others, hashing, Guesses(settings.guesses_per_hour, broker), failed),
        SecondFactorCheck(
            engines.others,
            account_keys,
            Guesses(settings.codes_per_hour, broker, what="codes"),
            failed,
            operators_need_second_factor(settings, settings.operators_second_factor),
        ),
        account_keys,
        PicturePool(),
    )


def make_engines(settings: ApiSettings) -> Engines:
    """Divides PEDIDOS_DATABASE_POOL connections, at least four. Placing has two: one for orders, which concurrent
    requests share, and one for the short reads beside them."""
    most = settings.database_pool
    lists = max(1, most * 3 // 10)

    def engine(kind: Kind, connections: int) -> Engine:
        name = f"{settings.instance} {kind}"
        made = make_engine(
            settings,
            name,
            settings.database_timeout_seconds,
            LOCK_SECONDS,
            connections,
            PLANS[kind],
        )
        return measure(made, kind)

    return Engines(engine(Kind.PLACING, 2), engine(Kind.LISTS, lists), engine(Kind.OTHERS, max(1, most - lists - 2)))
