"""Answers requests for faults: those that arrive at the socket of the classroom."""

import asyncio
from collections.abc import AsyncIterator, Callable

from pedidos_local.control import Message
from pedidos_local.faults.board import TROUBLES, Board
from pedidos_local.faults.wish import parsed
from pedidos_local.supervisor import Refused


class Desk:
    """board: None while the platform starts."""

    def __init__(self, board: Callable[[], Board | None]) -> None:
        self._board = board
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
            case {"do": "undo", "number": int(number)}:
                return {"ending": board.undo(number=number)}
            case {"do": "undo", "owner": str(owner)}:
                return {"ending": board.undo(owner=owner)}
            case {"do": "undo"}:
                return {"ending": board.undo()}
        raise Refused("This socket is for faults: show, break, renew, undo.")

    async def _begin(self, board: Board, request: Message) -> int:
        """Goes on even if the client disconnects: a fault that is caused by half would not be what was asked for."""
        task = asyncio.create_task(board.begin(parsed(request)))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return await asyncio.shield(task)
