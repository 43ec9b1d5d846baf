"""setup, migrate, topics: what must be there before the processes start."""

from enum import StrEnum
from typing import Annotated

import typer


class Part(StrEnum):
    ALL = "all"
    DATA = "data"
    TOPICS = "topics"


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(setup)
    app.command()(migrate)
    app.command()(topics)


def setup(
    part: Annotated[
        Part, typer.Argument(help="Data in PostgreSQL and the keys, or the Kafka topics, or both.")
    ] = Part.ALL,
) -> None:
    """Make keys, tables, demo data and topics, where they are missing."""
    from pedidos.settings import Settings
    from pedidos.setup.ensure import ensure_data, ensure_topics

    settings = Settings.load()
    if part is not Part.TOPICS:
        ensure_data(settings, settings.state_dir / "secrets.json", typer.echo)
    if part is not Part.DATA:
        ensure_topics(settings, typer.echo)


def migrate(
    revision: Annotated[str, typer.Argument(help='A revision, "head" for the newest, "base" for none.')] = "head",
) -> None:
    """Bring the schema to a revision."""
    from pedidos.settings import Settings
    from pedidos.storage.engine import make_engine
    from pedidos.storage.migrations import migrate as run

    before = run(make_engine(Settings.load(), "migrate"), revision)
    typer.echo(f"from {before or 'nothing'} to {revision}")


def topics(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is wrong; exit status 1 if anything is.")
    ] = False,
) -> None:
    """Create the Kafka topics, or check that they are as declared."""
    from pedidos.events.kafka import admin, create_topics, topic_problems
    from pedidos.events.topics import TOPICS
    from pedidos.settings import Settings

    settings = Settings.load()
    if not check:
        create_topics(settings)
    with admin(settings) as client:
        problems = topic_problems(client, settings)
    for topic in TOPICS:
        typer.echo(f"{topic.name}: {problems.get(topic.name, 'as declared')}")
    if problems:
        raise typer.Exit(1)
