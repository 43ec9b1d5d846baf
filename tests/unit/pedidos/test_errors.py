"""Only the network's errors mean that a server is away; an error of a file does not."""

import errno
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from pedidos.errors import PedidosError, Transient, first_line, is_network_error
from pedidos.messaging.boundary import our_errors as kafka_errors
from pedidos.processes.celery_app import our_errors as broker_errors

FILE_ERRORS = [
    FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "ca.pem"),
    PermissionError(errno.EACCES, os.strerror(errno.EACCES), "ca.pem"),
    OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    OSError(errno.EROFS, os.strerror(errno.EROFS), "heartbeat"),
    OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
]

NETWORK_ERRORS = [
    ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)),
    BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)),
    TimeoutError("timed out"),
    OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH)),
    socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    ssl.SSLCertVerificationError("self-signed certificate"),
]


@pytest.mark.parametrize("error", FILE_ERRORS, ids=repr)
def test_an_error_of_a_file_is_not_one_of_the_network(error: OSError) -> None:
    assert not is_network_error(error)


@pytest.mark.parametrize("error", NETWORK_ERRORS, ids=repr)
def test_an_error_of_a_connection_is_one_of_the_network(error: OSError) -> None:
    assert is_network_error(error)


@pytest.mark.parametrize("boundary", [kafka_errors, broker_errors])
@pytest.mark.parametrize("error", FILE_ERRORS, ids=repr)
def test_an_error_of_a_file_passes_a_boundary_as_it_is(
    boundary: Callable[[], AbstractContextManager[None]], error: OSError
) -> None:
    with pytest.raises(OSError) as caught, boundary():  # noqa: PT011  # any, but this one
        raise error
    assert caught.value is error
    assert not isinstance(caught.value, PedidosError)


def test_the_first_line_of_an_error_without_words_is_its_class() -> None:
    assert first_line(Transient("first\nsecond")) == "first"
    assert first_line(Transient()) == "Transient"
