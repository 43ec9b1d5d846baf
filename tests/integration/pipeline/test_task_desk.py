"""What the workers answer through the broker: their queues and children, and the tasks that they finished last."""

from contextlib import closing

from pedidos.processes.celery_app import make_celery, queue_names
from pedidos.processes.web.task_desk import TaskDesk
from tests.integration.pipeline.rig import Rig
from tests.support.waiting import until


def test_workers_say_what_they_did(rig: Rig) -> None:
    with closing(make_celery(rig.settings)) as app:
        desk = TaskDesk(app)
        placed = rig.place(3)
        rig.wait_for(placed)

        def finished() -> set[str]:
            return {order for worker in desk.board().workers for task in worker.finished for order in task.orders}

        until(lambda: {str(order_id) for order_id in placed} <= finished(), "the tasks to be finished")
        board = desk.board()
        assert board.queues is not None
        assert {queue.name for queue in board.queues} == set(queue_names())
        assert all(queue.children == rig.settings.worker_concurrency for queue in board.queues)
        assert [worker.name for worker in board.workers] == ["worker-1"]
        (worker,) = board.workers
        assert len(worker.children) == rig.settings.worker_concurrency
        for task in worker.finished:
            assert task.finished is not None
            assert task.since is not None
            assert task.since <= task.finished


def test_without_workers_nobody_takes_from_a_queue(rig: Rig) -> None:
    with closing(make_celery(rig.settings)) as app:
        desk = TaskDesk(app)
        until(lambda: desk.board().workers, "the worker to answer")
        rig.stop("worker-1")
        until(lambda: not desk.board().workers, "the worker to be gone")
        queues = desk.board().queues
        assert queues is not None
        assert {queue.children for queue in queues} == {0}
        rig.start("worker-1")
        until(lambda: desk.board().workers, "the worker to be found again")
