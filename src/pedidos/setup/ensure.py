"""Creates what the processes need; repeating it changes nothing."""

from collections.abc import Callable

from pedidos.messaging.kafka import create_topics
from pedidos.security.rotation import ensure_keys
from pedidos.sentence import Sentence
from pedidos.settings.groups.kafka import TopicSettings
from pedidos.settings.processes import SetupDataSettings
from pedidos.setup import demo, exposure
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import make_migration_engine, migrate


def ensure_data(settings: SetupDataSettings, passwords: dict[str, str], say: Callable[[str], None]) -> None:
    """Creates keys, tables and, if settings.demo, demo data; say reports each action.

    passwords: of the demo accounts, by e-mail address. Needs only PostgreSQL. Raises exposure.Exposed.
    """
    exposure.refuse_new_demo(settings)
    ensure_keys(settings.keys_dir)
    migrating = make_migration_engine(settings, "setup")
    try:
        say(Sentence("schema migrated from {revision}", revision=migrate(migrating) or "base"))
    finally:
        migrating.dispose()
    engine = make_engine(settings.as_owner(), "setup")
    try:
        if settings.demo:
            demo.load(engine, passwords)
            say(Sentence("demo catalogue and accounts are there"))
        else:
            exposure.refuse_open_demo(settings, demo.open_accounts(engine))
    finally:
        engine.dispose()


def ensure_topics(settings: TopicSettings, say: Callable[[str], None]) -> None:
    """The Kafka topics."""
    made = create_topics(settings)
    say(Sentence("topics created: {made}", made=", ".join(made)) if made else Sentence("topics are there"))
