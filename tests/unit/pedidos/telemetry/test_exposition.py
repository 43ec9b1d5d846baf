"""The text of /metrics: made once for many who ask, in the format of each."""

from prometheus_client import CollectorRegistry, Gauge

from pedidos.telemetry.exposition import Exposition


def test_a_text_is_made_once_for_many_and_again_for_another_format() -> None:
    registry = CollectorRegistry()
    level = Gauge("level", "Level.", registry=registry)
    asked: list[None] = []
    exposition = Exposition(registry, lambda: asked.append(None))
    first = exposition.text(None)
    level.set(5)
    assert exposition.text(None) == first
    assert len(asked) == 1
    content_type, text = exposition.text("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert b"level 5.0" in text
    assert len(asked) == 2
