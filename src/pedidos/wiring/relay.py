"""The relay, with its connections."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from pedidos.domain.sharding import FIRST, Shard
from pedidos.messaging.leader_epochs import LeaderEpochs
from pedidos.messaging.producer import Producer
from pedidos.messaging.signatures import RecordKeys
from pedidos.processes.relay.earlier_shards import EarlierShards
from pedidos.processes.relay.kafka_comparison import KafkaComparison
from pedidos.processes.relay.leaders import KafkaLeaders
from pedidos.processes.relay.relay import Relay
from pedidos.processes.relay.shards import ShardedRelay
from pedidos.processes.relay.share import Share
from pedidos.processes.running import Running
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos.settings.processes import RelaySettings
from pedidos.storage.engine import make_engine
from pedidos.storage.session import Plans
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.engine import process_engine
from pedidos.wiring.signatures import signature_check
from pedidos.wiring.traces import begin_traces


@contextmanager
def relay_process(
    settings: RelaySettings, make_producer: Callable[[KafkaSettings, str], Producer] = Producer
) -> Iterator[ShardedRelay]:
    """The relays of all shards. Each has its own connections to PostgreSQL and to Kafka: it waits for no other one.
    make_producer: of settings and the client's name."""
    telemetry.begin(settings, Recorder.RELAY)
    running = Running(settings.heartbeat_file)
    own = settings.as_session()
    keys = RecordKeys(settings.record_keys)
    with process_engine(own) as engine, closing(LeaderEpochs(settings)) as epochs:
        begin_traces(settings, "relay", engine)
        check = signature_check(settings, engine)
        earlier = EarlierShards(epochs)

        @contextmanager
        def relay_of(shard: Shard, share: Share) -> Iterator[Relay]:
            name = settings.instance if shard.id == FIRST.id else f"{settings.instance} shard {shard.id}"
            engine_of_shard = make_engine(own, name, plans=Plans.KEPT)
            try:
                with closing(make_producer(settings, settings.instance)) as producer:
                    comparison = KafkaComparison(settings, producer, shard, keys, check)
                    parts = settings, engine_of_shard, producer, comparison, keys, running
                    yield Relay(*parts, shard, share, earlier)
            finally:
                engine_of_shard.dispose()

        yield ShardedRelay(settings, engine, running, relay_of, KafkaLeaders(epochs.read))
