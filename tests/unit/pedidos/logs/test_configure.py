"""What each line has."""

from uuid import UUID

from pedidos.logs.configure import add_trace

ORDER = UUID("01900000-0000-7000-80ff-ffff00000001")


def test_a_line_about_an_order_has_its_trace() -> None:
    for order_id in (ORDER, str(ORDER)):
        assert add_trace(None, "info", {"order_id": order_id})["trace_id"] == ORDER.hex
    assert "trace_id" not in add_trace(None, "info", {"event": "x"})
