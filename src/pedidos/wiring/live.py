"""The live process: the consumer, the streams, and the server."""

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from pedidos.http import languages
from pedidos.http.authentication import Authenticator
from pedidos.http.revocations import Revocations
from pedidos.processes.heart import Heart
from pedidos.processes.live.app import Live, make_app
from pedidos.processes.live.connection import Connections, StreamLimits
from pedidos.processes.live.database import Database
from pedidos.processes.live.ending import Ending
from pedidos.processes.live.event_consumer import EventConsumer
from pedidos.processes.live.hand_over import HandOver
from pedidos.processes.live.hub import Hub
from pedidos.processes.live.process import SPARE_REQUESTS, LiveProcess
from pedidos.processes.live.streams import Streams
from pedidos.security.keys import JWKS_FILE
from pedidos.security.tokens import TokenVerifier
from pedidos.settings.processes import LiveSettings
from pedidos.setup.exposure import operators_need_second_factor
from pedidos.storage.engine import make_engine, measure
from pedidos.storage.session import Plans
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.catalogue import streams as metrics
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.signatures import signature_check
from pedidos.wiring.traces import begin_traces

BACKLOG = 1024


def live_process(settings: LiveSettings) -> LiveProcess:
    """Creates the parts on the running event loop."""
    telemetry.begin(settings, Recorder.LIVE)
    languages.load()
    hub = Hub(settings.stream_buffer)
    connections = Connections(
        StreamLimits(settings.streams, settings.streams_per_customer, settings.streams_per_merchant)
    )
    metrics.STREAMS.set_function(lambda: len(connections))
    metrics.STREAMS_MOST.set(settings.streams)
    at_a_time = max(1, settings.database_pool - 1)
    engine = measure(make_engine(settings, settings.instance, connections=at_a_time, plans=Plans.OWN))
    begin_traces(settings, "live", engine)
    database = Database(engine, at_a_time)
    heart = Heart(settings.heartbeat_file)
    ending = Ending()
    hand_over = HandOver(hub, connections, ending)
    consumer = EventConsumer(
        settings,
        engine,
        signature_check(settings, engine),
        hand_over.watched,
        hand_over.events,
        hand_over.interrupt,
        hand_over.fail,
        lambda: heart.came_round("consumer"),
    )
    # A connection of its own, so that replays cannot delay it.
    revocations = Revocations(
        make_engine(settings, f"{settings.instance} revocations", connections=1),
        lambda: hand_over.revocations(revocations.include),
    )
    revocations.begin()
    live = Live(
        Authenticator(TokenVerifier(settings.keys_dir / JWKS_FILE), revocations.include),
        connections,
        database,
        Streams(database, hub, settings.heartbeat_seconds),
        lambda: consumer.ready and not ending,
        operators_need_second_factor(settings, settings.operators_second_factor),
    )
    return LiveProcess(_server(settings, live), consumer, connections, database, heart, ending)


def _server(settings: LiveSettings, live: Live) -> Server:
    return Server(
        make_app(live),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,  # the edge forwards requests by HTTP/1.1
        websockets=False,
        backlog=BACKLOG,
        backpressure=settings.streams + SPARE_REQUESTS,
        log_enabled=False,
    )
