"""Free ports, for one server and for a whole platform, which two runs of the tests do not take from each other.

All lie below those that the kernel gives to outgoing connections: one that is free now is free when the server starts.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import cycle, islice

from pedidos_local.ports import LOOPBACK, is_free

BLOCK = 100
"""As many as a platform has."""

BLOCKS = range(22000, 32000, BLOCK)
"""Drills and benchmarks use those below."""


class PortBlock:
    """`BLOCK` neighbouring ports on which nothing listens, from `base` on. No other run gets them until close().

    The claim is its last port, bound by the run that owns the block, so the claim ends with the process at the latest.
    """

    def __init__(self) -> None:
        for base in BLOCKS:
            claim = socket.socket()
            try:
                claim.bind((LOOPBACK, base + BLOCK - 1))
            except OSError:
                claim.close()
                continue
            if all(is_free(port) for port in range(base, base + BLOCK - 1)):
                self.base = base
                self._claim = claim
                return
            claim.close()
        raise RuntimeError(f"All blocks of ports from {BLOCKS.start} to {BLOCKS.stop} are taken: end what uses them.")

    def close(self) -> None:
        """Others may have it."""
        self._claim.close()


@cache
def _own_block() -> tuple[PortBlock, Iterator[int]]:
    """The block that single ports come from, each in its turn, so that one that was freed rests for a while."""
    block = PortBlock()
    return block, cycle(range(block.base, block.base + BLOCK - 1))


def free_port() -> int:
    """A port on which nothing listens."""
    _, turns = _own_block()
    return next(port for port in islice(turns, BLOCK) if is_free(port))


@contextmanager
def refusing_port() -> Iterator[int]:
    """A port that refuses connections: it is taken, and its owner does not listen."""
    with socket.socket() as owner:
        owner.bind((LOOPBACK, 0))
        yield owner.getsockname()[1]
