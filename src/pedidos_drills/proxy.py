"""A TCP proxy that can misbehave: delay, be silent, cut, or drop the answer to a request that was carried out."""

import asyncio

CHUNK = 65536
CLOSE_SECONDS = 5.0


class _Exchange:
    """The last request of one connection."""

    request = b""


class Proxy:
    """Listens on a loopback port and forwards everything to another one, until it is told to misbehave.

    lost_answers and taken: the number of dropped answers, and of accepted connections.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._speaking = asyncio.Event()
        self._speaking.set()
        self._refusing = False
        self._answers_to_lose = 0
        self._asked_with = b""
        self._then_refuse = False
        self._delay_seconds = 0.0
        self.lost_answers = 0
        self.taken = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._link, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Accepts no more connections and closes the open ones."""
        if self._server is not None:
            self._server.close()
        self.silence(False)
        self.cut()
        if self._links:  # they end by themselves, now that they are cut
            await asyncio.wait(self._links, timeout=CLOSE_SECONDS)

    def cut(self) -> int:
        """Resets every open connection; accepts new ones. Returns how many there were."""
        cut = list(self._writers)
        for writer in cut:
            writer.transport.abort()
        return len(cut) // 2

    def refuse(self, refusing: bool) -> None:
        """While refusing, open connections are cut and new ones are closed at once: the server is down."""
        self._refusing = refusing
        if refusing:
            self.cut()

    def silence(self, silent: bool) -> None:
        """While silent, nothing passes in either direction, and no connection is closed."""
        if silent:
            self._speaking.clear()
        else:
            self._speaking.set()

    def delay(self, seconds: float) -> None:
        """Delays every piece of data by this long."""
        self._delay_seconds = seconds

    def lose_answers(self, count: int, asked_with: bytes = b"", *, then_refuse: bool = False) -> None:
        """Drops the next `count` answers and cuts their connections: the server has carried out the requests.

        asked_with: only answers to requests that contain these bytes. then_refuse: after that, the server is down.
        """
        self._answers_to_lose = count
        self._asked_with = asked_with
        self._then_refuse = then_refuse

    @property
    def answers_to_lose(self) -> int:
        """How many answers are still to be dropped."""
        return self._answers_to_lose

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        task = asyncio.current_task()
        if task is not None:
            self._links.add(task)
            task.add_done_callback(self._links.discard)
        if self._refusing:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, back}
        self._writers |= pair
        exchange = _Exchange()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, back, exchange, answers=False))
                group.create_task(self._pass_on(there, writer, exchange, answers=True))
        except* (OSError, EOFError):
            pass  # one side is gone, which closes the other: nothing else to do
        finally:
            self._writers -= pair
            for end in pair:
                end.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, exchange: _Exchange, *, answers: bool
    ) -> None:
        while data := await reader.read(CHUNK):
            if self._delay_seconds:
                await asyncio.sleep(self._delay_seconds)
            await self._speaking.wait()
            if not answers:
                exchange.request = data
            elif self._answers_to_lose and self._asked_with in exchange.request:
                self._answers_to_lose -= 1
                self.lost_answers += 1
                if self._then_refuse and not self._answers_to_lose:
                    self.refuse(True)
                raise EOFError
            writer.write(data)
            await writer.drain()
        raise EOFError
