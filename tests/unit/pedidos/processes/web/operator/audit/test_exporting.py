"""A file of the audit log computes nothing in a spreadsheet."""

import pytest

from pedidos.processes.web.operator.audit.exporting import _cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (7, "7"),
        ("order.read", "order.read"),
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2", "'-2"),
        ("\tx", "'\tx"),
        ({"a": "=1"}, '{"a":"=1"}'),
    ],
)
def test_a_cell_is_text(value: object, cell: str) -> None:
    assert _cell(value) == cell
