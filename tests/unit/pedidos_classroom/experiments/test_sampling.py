"""The figures of an experiment: sums where servers answer, and None where they do not."""

from typing import Any

from pedidos_classroom.experiments.sampling import told

FIGURES: dict[str, Any] = {
    "database": {"relay": {"behind": 3}},
    "kafka_lag": {"0": 2, "1": 5},
    "queues": {"charge": 1, "validate": 4},
}


def test_sums() -> None:
    states = {"received": 2, "charging": 1, "confirmed": 4, "delivered": 1, "declined": 2}
    assert told(10, 12, states, FIGURES) == {
        "accepted": 10,
        "answers": 12,
        "confirmed": 5,
        "waiting": 3,
        "lag": 7,
        "queued": 5,
        "unpublished": 3,
    }


def test_what_does_not_answer_has_no_figure() -> None:
    silent = {"unavailable": "no answer within 2 s"}
    found = told(10, 10, None, {"database": silent, "kafka_lag": silent, "queues": silent})
    assert {name for name, value in found.items() if value is None} == {
        "confirmed",
        "waiting",
        "lag",
        "queued",
        "unpublished",
    }
