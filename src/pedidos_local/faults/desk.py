"""Answers requests for faults and experiments: those that arrive at the socket of the classroom."""

import asyncio
from collections.abc import AsyncIterator, Callable

from pedidos_local.control import Message
from pedidos_local.faults.board import TROUBLES, Board
from pedidos_local.faults.experiment import Experiments
from pedidos_local.faults.wish import parsed
from pedidos_local.supervisor import Refused


class Desk:
    """board: None while the platform starts."""

    def __init__(self, board: Callable[[], Board | None], experiments: Experiments) -> None:
        self._board = board
        self._experiments = experiments
        self._begun: set[asyncio.Task[int]] = set()

    async def handle(self, request: Message) -> AsyncIterator[Message]:
        """Answers one request, with one message."""
        board = self._board()
        if board is None:
            yield {"error": "The platform is starting. Try again in a moment."}
            return
        try:
            yield {"done": True, **await self._answer(board, request)}
        except TROUBLES as trouble:
            yield {"error": str(trouble)}

    async def _answer(self, board: Board, request: Message) -> Message:
        match request:
            case {"do": "show"}:
                return await board.facts()
            case {"do": "break"}:
                return {"number": await self._begin(board, request)}
            case {"do": "renew", "owner": str(owner)}:
                return {"held": board.renew(owner)}
            case {"do": "undo"}:
                return {"ending": board.undo(number=_number(request), owner=_owner(request))}
        return self._of_experiments(request)

    def _of_experiments(self, request: Message) -> Message:
        match request:
            case {"do": "experiment", "name": str(name), "prediction": str(prediction), "by": str(by)}:
                return {"number": self._experiments.start(name, prediction, by)}
            case {"do": "watch", "after": int(after)}:
                return {"run": self._experiments.show(after)}
            case {"do": "end"}:
                return {"ending": self._experiments.stop("it was stopped")}
        raise Refused(
            "This socket is for faults: show, break, renew, undo; and for experiments: experiment, watch, end."
        )

    async def _begin(self, board: Board, request: Message) -> int:
        """Goes on even if the client disconnects: a fault that is caused by half would not be what was asked for."""
        task = asyncio.create_task(board.begin(parsed(request)))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return await asyncio.shield(task)


def _number(request: Message) -> int | None:
    number = request.get("number")
    return number if isinstance(number, int) else None


def _owner(request: Message) -> str | None:
    owner = request.get("owner")
    return owner if isinstance(owner, str) else None
