"""Hypothesis without time limits: a slow machine is not a wrong result."""

from hypothesis import HealthCheck, settings

settings.register_profile("pedidos", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pedidos")
