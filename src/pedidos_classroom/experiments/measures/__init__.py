"""Experiments of the lessons that measure or count something, and say whether it is what the lesson claims."""

from importlib import import_module

from pedidos_classroom.experiments.telling import Teller
from pedidos_local.settings import PlatformSettings


async def carry_out(name: str, settings: PlatformSettings, teller: Teller) -> None:
    """name: of its module. Raises running.Trouble."""
    await import_module(f"{__name__}.{name}").carry_out(settings, teller)
