"""Examines servers by the names that the platform has for them."""

from collections.abc import Collection, Iterator
from importlib import import_module

from pedidos.servers.findings import Away, Examined, Unfit
from pedidos.settings.base import Settings
from pedidos.settings.groups import BrokerSettings, ConnectionSettings, GatewaySettings, TopicSettings

SETTINGS: dict[str, type[Settings]] = {
    "postgres": ConnectionSettings,
    "valkey": BrokerSettings,
    "kafka": TopicSettings,
    "gateway": GatewaySettings,
}
"""What the examination of each server reads."""


def examine(settings: Settings, name: str) -> Examined:
    """One server; settings are those that SETTINGS says. Raises findings.Away."""
    # Loaded now: the client of one server is not needed to examine another.
    module = import_module(f"pedidos.servers.{_module(settings, name)}")
    found: Examined = module.examine(settings)
    return found


def require(names: Collection[str], *, patient: bool = False) -> Iterator[str]:
    """Yields what is wrong with these servers and can be lived with, a line each.

    Raises findings.Unfit once all of them were examined, and settings.Invalid. Raises findings.Away, unless patient:
    then that is a line too.
    """
    fatal = []
    for name in (each for each in SETTINGS if each in names):
        try:
            found = examine(SETTINGS[name].load(), name)
        except Away as away:
            if not patient:
                raise
            yield f"{away} The start waits for it."
            continue
        fatal += [flaw for flaw in found.flaws if flaw.fatal]
        yield from (str(flaw) for flaw in found.flaws if not flaw.fatal)
    if fatal:
        raise Unfit(fatal)


def _module(settings: Settings, name: str) -> str:
    is_rabbit = name == "valkey" and str(getattr(settings, "broker_url", "")).startswith("amqp")
    return "rabbitmq" if is_rabbit else name
