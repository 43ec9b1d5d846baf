"""The open loop's schedule, and the record that the load client leaves."""

from pedidos_bench.job import Placed, Record, due_at


def test_requests_are_due_at_a_steady_rate() -> None:
    assert [due_at(100.0, 20.0, number) for number in range(4)] == [100.0, 100.05, 100.1, 100.15]


def test_the_schedule_does_not_drift() -> None:
    assert due_at(0.0, 3.0, 3_000_000) == 1_000_000.0


def test_a_record_is_read_as_it_was_written() -> None:
    record = Record(
        began=1.5,
        ended=2.5,
        cpu_seconds=0.25,
        placed=[Placed(0, "an order", 202, 1.5, 1.6, 1.7), Placed(1, None, 0, 1.55, 1.6, 2.5)],
    )

    assert Record.parse(record.as_json()) == record
