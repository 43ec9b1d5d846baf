"""The streams of pages that are open in this process: there is a limit, and all of them end with it."""

import threading

from pedidos.http import problems
from pedidos.sentence import Sentence


class OpenStreams:
    """Any thread may use it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._turn = threading.Lock()
        self._ended = threading.Event()

    def __len__(self) -> int:
        return self._open

    @property
    def ended(self) -> bool:
        """Whether the process ends: then no stream goes on."""
        return self._ended.is_set()

    def end(self) -> None:
        self._ended.set()

    def wait(self, seconds: float) -> None:
        """Returns after this time, or when the process ends."""
        self._ended.wait(seconds)

    def take(self) -> None:
        """Takes the place of a stream. Raises Unavailable if there is none: the page asks again."""
        with self._turn:
            if self.ended or self._open >= self._most:
                raise problems.Unavailable(Sentence("Too many pages of figures are seen at the moment."))
            self._open += 1

    def give_back(self) -> None:
        """Gives back a place that was taken."""
        with self._turn:
            self._open -= 1
