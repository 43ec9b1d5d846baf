"""Names in a report, read as counts."""

import pytest

from pedidos_bench.report import names


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ("4 workers", (4, "worker")),
        ("1 worker", (1, "worker")),
        ("1,000,000 stored", (1_000_000, "stored")),
        ("", None),
    ],
)
def test_settings_are_read_as_counts(setting: str, found: tuple[int, str] | None) -> None:
    assert names.counted(setting) == found
