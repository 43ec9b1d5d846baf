"""Checks servers by the names that the platform uses."""

from collections.abc import Collection, Iterator
from importlib import import_module

from pedidos.broker import address
from pedidos.sentence import Sentence
from pedidos.server_checks.findings import Away, Examined, Unfit
from pedidos.settings.base import Settings
from pedidos.settings.groups.broker import BrokerSettings
from pedidos.settings.groups.database import ConnectionSettings
from pedidos.settings.groups.kafka import TopicSettings
from pedidos.settings.groups.orders import GatewaySettings

SETTINGS: dict[str, type[Settings]] = {
    "postgres": ConnectionSettings,
    "valkey": BrokerSettings,
    "kafka": TopicSettings,
    "gateway": GatewaySettings,
}
"""The settings that the check of each server reads."""


def examine(settings: Settings, name: str) -> Examined:
    """Checks one server; settings: of the class in SETTINGS. Raises findings.Away."""
    # Imported here: the client of one server is not needed to check another.
    module = import_module(f"pedidos.server_checks.{kind(settings, name)}")
    found: Examined = module.examine(settings)
    return found


def require(names: Collection[str], *, patient: bool = False) -> Iterator[str]:
    """Yields the problems of these servers that do not stop the platform, one line each.

    Raises findings.Unfit after all of them were checked, and settings.Invalid. Raises findings.Away, unless patient:
    then that is a line too.
    """
    fatal = []
    for name in (each for each in SETTINGS if each in names):
        try:
            found = examine(SETTINGS[name].load(), name)
        except Away as away:
            if not patient:
                raise
            yield Sentence("{away} The start waits for it.", away=away)
            continue
        fatal += [flaw for flaw in found.flaws if flaw.fatal]
        yield from (flaw.sentence for flaw in found.flaws if not flaw.fatal)
    if fatal:
        raise Unfit(fatal)


def kind(settings: Settings, name: str) -> str:
    """What the server is: its name, or rabbitmq where the address of the task broker names one."""
    is_rabbit = name == "valkey" and address.kind(str(getattr(settings, "broker_url", ""))) == "amqp"
    return "rabbitmq" if is_rabbit else name
