"""The connections of a process to PostgreSQL, which end with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from pedidos.settings.processes import ConsumerSettings, RelaySettings
from pedidos.storage.engine import make_engine, measure
from pedidos.storage.session import Plans


@contextmanager
def process_engine(settings: ConsumerSettings | RelaySettings) -> Iterator[Engine]:
    """The engine of this process, under the name of its instance."""
    engine = measure(make_engine(settings, settings.instance, plans=Plans.KEPT))
    try:
        yield engine
    finally:
        engine.dispose()
