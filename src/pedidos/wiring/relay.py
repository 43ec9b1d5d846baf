"""The relay, with its connections."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from pedidos.messaging.producer import Producer
from pedidos.messaging.signatures import RecordKeys
from pedidos.processes.relay.kafka_comparison import KafkaComparison
from pedidos.processes.relay.relay import SHARD, Relay
from pedidos.processes.running import Running
from pedidos.settings.processes import RelaySettings
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.engine import process_engine
from pedidos.wiring.signatures import signature_check
from pedidos.wiring.traces import begin_traces


@contextmanager
def relay_process(settings: RelaySettings) -> Iterator[Relay]:
    """The relay of the only shard."""
    telemetry.begin(settings, Recorder.RELAY)
    running = Running(settings.heartbeat_file)
    with process_engine(settings.as_session()) as engine, closing(Producer(settings, settings.instance)) as producer:
        begin_traces(settings, "relay", engine)
        keys = RecordKeys(settings.record_keys)
        comparison = KafkaComparison(settings, producer, SHARD, keys, signature_check(settings, engine))
        yield Relay(settings, engine, producer, comparison, keys, running)
