"""The ids that a span gets."""

from pedidos.telemetry.spans import GivenIds


def test_given_ids_are_used_once() -> None:
    ids = GivenIds()
    ids.give(7, 9)
    assert (ids.generate_trace_id(), ids.generate_span_id()) == (7, 9)
    assert ids.generate_trace_id() != 7
    assert ids.generate_span_id() != 9
