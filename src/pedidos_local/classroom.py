"""Whether a platform is a classroom: a demo on this machine alone, on which things may be broken on purpose."""

from pedidos.settings.groups.serving import ExposureSettings
from pedidos.setup.exposure import is_only_for_this_machine
from pedidos_local.settings import PlatformSettings

WEB_MODULE = "pedidos_classroom.web"
"""`python -m` runs it instead of pedidos.processes.web: the same process, with more pages."""


def is_classroom(settings: PlatformSettings) -> bool:
    """True for a demo that only this machine reaches."""
    return settings.demo and is_only_for_this_machine(
        ExposureSettings.make(public_url=str(settings.public_url), demo=settings.demo)
    )
