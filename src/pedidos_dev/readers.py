"""Who reads settings in a checkout: the product's processes and commands, and those beside it."""

from pedidos.settings import processes
from pedidos.settings.base import Settings
from pedidos_bench.plan.settings import PlanSettings
from pedidos_gateway.intents.settings import IntentsProcessSettings
from pedidos_local.settings import ClientSettings, DemoSettings, LocalSettings

READERS: tuple[type[Settings], ...] = (
    *processes.READERS,
    processes.FiguresSettings,
    IntentsProcessSettings,
    LocalSettings,
    ClientSettings,
    DemoSettings,
    PlanSettings,
)
