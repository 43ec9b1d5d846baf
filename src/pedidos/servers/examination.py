"""Examines servers by the names that the platform has for them."""

from collections.abc import Callable, Collection, Iterator
from importlib import import_module

from pedidos.servers.findings import Away, Examined, Unfit
from pedidos.settings import Settings

NAMES = ("postgres", "valkey", "kafka", "gateway")


def examine(settings: Settings, name: str) -> Examined:
    """One server. Raises findings.Away."""
    # Loaded now: the client of one server is not needed to examine another.
    module = import_module(f"pedidos.servers.{_module(settings, name)}")
    work: Callable[[Settings], Examined] = module.examine
    return work(settings)


def require(settings: Settings, names: Collection[str], *, patient: bool = False) -> Iterator[str]:
    """Yields what is wrong with these servers and can be lived with, a line each.

    Raises findings.Unfit, once all of them were looked at. Raises findings.Away; patient: that is a line too.
    """
    fatal = []
    for name in (each for each in NAMES if each in names):
        try:
            found = examine(settings, name)
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
    if name == "valkey" and (settings.broker_url or "").startswith("amqp"):
        return "rabbitmq"
    return name
