"""Silence is counted in looks; a server's check asks whether it answers at all."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pedidos_local import caddy, kafka_probe, postgres, valkey
from pedidos_local.liveness import LOOK_SECONDS, Beats, Silence


def test_it_is_hung_after_so_many_looks_without_a_sign_of_life() -> None:
    silence = Silence(3 * LOOK_SECONDS)
    looks = [False, False, True, False, False, False]
    assert [silence.look(alive=alive) for alive in looks] == [False, False, False, False, False, True]


def test_a_heartbeat_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    beats = Beats(file)
    assert not beats()
    file.touch()
    assert beats()
    assert not beats()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """The kernel accepts the connection, but no process answers, as with a stopped server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("server", [caddy, kafka_probe, postgres, valkey])
def test_a_server_that_says_nothing_does_not_live(server: ModuleType, silent_port: int) -> None:
    assert not server.answers(silent_port)


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (postgres, b"N"),
        (valkey, b"-LOADING Valkey is loading the dataset in memory\r\n"),
        (caddy, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        (kafka_probe, b"\0\0\0\x06" + b"\0" * 6),
    ],
)
def test_one_that_says_it_is_not_ready_lives(server: ModuleType, says: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(100)
                connection.sendall(says)

        thread = threading.Thread(target=answer)
        thread.start()
        assert server.answers(listening.getsockname()[1])
        thread.join()
