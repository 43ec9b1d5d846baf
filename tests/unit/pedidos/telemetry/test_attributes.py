"""Names of attributes."""

import re

from pedidos.telemetry import attributes


def test_each_name_has_a_namespace() -> None:
    names = {value for name, value in vars(attributes).items() if name.isupper()}
    assert all(re.fullmatch(r"(http|messaging|pedidos)(\.[a-z_]+)+", name) for name in names)
