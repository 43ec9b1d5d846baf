"""setup, migrate, roles, topics, static-files: create what the processes and the edge need before they start."""

import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pedidos.cli.language import phrase, told

RETRY_SECONDS = 0.2


class Part(StrEnum):
    ALL = "all"
    DATA = "data"
    TOPICS = "topics"


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(setup)
    app.command()(migrate)
    app.command()(roles)
    app.command()(topics)
    app.command(name="static-files")(write_static_files)


def setup(
    part: Annotated[
        Part, typer.Argument(help="data: tables, demo data and keys. topics: the Kafka topics. all: both.")
    ] = Part.ALL,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for servers that are not up yet.")] = 0,
    no_demo: Annotated[
        bool, typer.Option("--no-demo", help="Make no demo accounts, merchants and products, as PEDIDOS_DEMO=false.")
    ] = False,
    logins: Annotated[
        Path | None,
        typer.Option(help="Folder with the files of the processes, such as api.env: also check their logins."),
    ] = None,
) -> None:
    """Create the keys, tables, demo data and topics that are missing. First checks that the servers are suitable."""
    from pedidos.server_checks.examination import require
    from pedidos.settings.base import state_dir
    from pedidos.settings.processes import SetupDataSettings, SetupSettings, SetupTopicsSettings
    from pedidos.setup import secrets_file
    from pedidos.setup.ensure import ensure_data, ensure_topics

    kinds: dict[Part, type[SetupDataSettings | SetupTopicsSettings]] = {
        Part.ALL: SetupSettings,
        Part.DATA: SetupDataSettings,
        Part.TOPICS: SetupTopicsSettings,
    }
    settings = kinds[part].load()

    def fit(server: str) -> None:
        for line in require([server]):
            typer.echo(told(line))

    if isinstance(settings, SetupDataSettings):
        wanted = settings.model_copy(update={"demo": settings.demo and not no_demo})
        passwords = secrets_file.demo_passwords(state_dir() / secrets_file.NAME) if wanted.demo else {}
        _patiently(lambda: fit("postgres"), wait)
        if logins is not None:
            folder = logins
            _patiently(lambda: _let_in(folder), wait)
        _patiently(lambda: ensure_data(wanted, passwords, _say), wait)
    if isinstance(settings, SetupTopicsSettings):
        _patiently(lambda: fit("kafka"), wait)
        _patiently(lambda: ensure_topics(settings, _say), wait)
    if isinstance(settings, SetupSettings) and settings.broker_url is not None:
        _patiently(lambda: fit("valkey"), wait)


def _let_in(folder: Path) -> None:
    """Raises findings.Unfit if PostgreSQL refuses one of the processes."""
    from pedidos.server_checks.findings import Unfit
    from pedidos.server_checks.logins import refused

    if flaws := list(refused(folder)):
        raise Unfit(flaws)


def _say(words: str) -> None:
    typer.echo(told(words))


def _patiently(work: Callable[[], None], seconds: float) -> None:
    """Does the work. Repeats it for at most this number of seconds while its server is unavailable."""
    from pedidos.errors import Transient

    deadline = time.monotonic() + seconds
    while True:
        try:
            return work()
        except Transient:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)


def migrate(
    revision: Annotated[
        str, typer.Argument(help='Number of a revision, "head" (the newest) or "base" (an empty schema).')
    ] = "head",
) -> None:
    """Migrate the database schema to a revision."""
    from pedidos.settings.processes import MigrateSettings
    from pedidos.storage.migrations import make_migration_engine
    from pedidos.storage.migrations import migrate as run

    before = run(make_migration_engine(MigrateSettings.load(), "migrate"), revision)
    typer.echo(phrase("Migrated from {before} to {revision}.", before=before or "base", revision=revision))


def roles(
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Print the commands that grant the rights at Kafka instead.")
    ] = False,
) -> None:
    """Print the SQL that creates a role for each kind of process, for the administrator of your own PostgreSQL."""
    from pedidos.messaging.rights import granting
    from pedidos.storage.roles import making

    typer.echo(granting() if kafka else making())


def topics(
    check: Annotated[
        bool, typer.Option("--check", help="Create nothing; print what is wrong. Exit status 1 if anything is.")
    ] = False,
) -> None:
    """Create the Kafka topics, or check that they are as declared."""
    from pedidos.messaging.kafka import admin, create_topics
    from pedidos.messaging.topics import TOPICS
    from pedidos.server_checks.kafka import look, topic_flaws
    from pedidos.settings.processes import TopicsSettings

    settings = TopicsSettings.load()
    if not check:
        create_topics(settings)
    with admin(settings, probe=True) as client:
        found = look(client).topics
    well = True
    for topic in TOPICS:
        flaws = list(topic_flaws(topic, found[topic.name], settings)) if topic.name in found else None
        well = well and flaws == []
        if flaws is None:
            said = phrase("does not exist")
        else:
            said = "; ".join(f"{told(flaw.what)} {told(flaw.advice)}" for flaw in flaws) or phrase("as declared")
        typer.echo(f"{topic.name}: {said}")
    if not well:
        raise typer.Exit(1)


def write_static_files(folder: Annotated[Path, typer.Argument(help="It is replaced.")]) -> None:
    """Write the files that the edge serves itself: what pages load, and the OpenAPI document."""
    from pedidos.http.static_files import static_files

    static_files().write(folder)
