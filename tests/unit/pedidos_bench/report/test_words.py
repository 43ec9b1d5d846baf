"""Numbers and headings as people read them."""

from pedidos_bench.report.words import heading, number


def test_numbers_and_headings_in_words() -> None:
    assert [number(each) for each in (1180.4, 23.44, 1.567, 0.0612, 0)] == ["1,180", "23.4", "1.57", "0.061", "0"]
    assert heading("cpu_ms_per_order") == ("CPU", "ms/order")
    assert heading("orders_per_second") == ("orders", "per s")
    assert heading("accept_p99_ms") == ("accept p99", "ms")
