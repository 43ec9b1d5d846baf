"""What stands in a task's message: ids are looked at, whatever stands beside them."""

from uuid import UUID, uuid4

from pedidos.domain.steps import Step
from pedidos.processes.worker.tasks import _ids


def test_what_is_no_id_keeps_no_order_from_being_looked_at() -> None:
    one, other = uuid4(), uuid4()
    said: list[object] = ["no id", str(one), None, 7, {}, [], "\x00", "x" * 1_000_000, str(other), str(one)[:-1]]
    assert _ids(Step.VALIDATE, said) == [one, other]
    assert _ids(Step.VALIDATE, []) == list[UUID]()
