"""Queues on the page of tasks: one from which no worker takes comes first."""

from pedidos.processes.web.task_desk import Board, TaskDesk, _queues, _worker, _worst_first


def report(*queues: str, running: tuple[str, ...] = ()) -> dict[str, object]:
    tasks = [
        {"task": f"pedidos.{name}", "child": 11 + number, "orders": ["a"], "count": 7, "since": 1000.0}
        for number, name in enumerate(running)
    ]
    return {
        "queues": list(queues),
        "children": [12, 11],
        "running": tasks,
        "finished": [tasks[0] | {"finished": 1001.5}] if tasks else [],
        "steps": {"charge": {"batches": 2.0, "orders": 9.0, "retries": 1.0, "failed": 0.0}},
    }


def test_what_runs_in_which_child() -> None:
    worker = _worker("worker-1@host", report("charge", running=("charge",)))
    assert worker.name == "worker-1"
    (first, task), idle = worker.children
    assert (first, idle) == (11, (12, None))
    assert task is not None
    assert (task.name, task.orders, task.number) == ("charge", ("a",), 7)
    (done,) = worker.finished
    assert done.finished is not None
    assert task.since is not None
    assert (done.finished - task.since).total_seconds() == 1.5


def test_the_queue_that_is_worst_comes_first() -> None:
    workers = (_worker("a", report("charge", "reserve", running=("charge",))), _worker("b", report("charge")))
    found = sorted(_queues({"reserve": 3, "charge": 5, "undo": 0}, workers), key=_worst_first)
    assert [queue.name for queue in found] == ["undo", "charge", "reserve"]
    assert [queue.children for queue in found] == [0, 4, 2]
    charge = found[1]
    assert (charge.running, charge.batches, charge.orders, charge.retries) == (1, 4, 18, 2)


def test_without_an_address_there_is_no_board() -> None:
    desk = TaskDesk(None)
    assert not desk.known
    assert desk.board() == Board(None, (), "")
