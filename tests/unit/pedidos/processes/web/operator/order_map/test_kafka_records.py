"""The records of an order on Kafka, where they cannot be read; the browser tests read real ones."""

from pedidos.processes.web.kafka_desk import KafkaDesk
from pedidos.processes.web.operator.order_map.kafka_records import records
from tests.unit.pedidos.processes.web.operator.order_map.recordings import CONFIRMED, recorded
from tests.unit.pedidos.processes.web.operator.order_map.test_words import page


def test_it_says_why_there_are_none() -> None:
    with page():
        (section,) = records(KafkaDesk(None, None), recorded(CONFIRMED).found, "UTC")
    assert section.title == "The records on Kafka could not be read"
    assert section.rows == [("reason", "PEDIDOS_KAFKA_BOOTSTRAP is not set")]
