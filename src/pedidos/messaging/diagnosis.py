"""Why no broker lets us in: asks each one in the bytes of Kafka's protocol, since the client only says that it waits.

Source: Kafka protocol guide (requests ApiVersions, SaslHandshake, Metadata).
"""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import closing

from kafka.errors import KafkaConnectionError, SaslAuthenticationFailedError
from kafka.net.sasl import get_sasl_mechanism

from pedidos.errors import first_line
from pedidos.messaging.login import options
from pedidos.messaging.tls import make_context
from pedidos.sentence import Sentence
from pedidos.settings.groups.kafka import KafkaSettings

SECONDS = 4.0
PORT = 9092
API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE, METADATA = 18, 17, 36, 3
_HEAD = struct.Struct(">hhih")  # which request, its version, correlation id, no client id
_SIZE = struct.Struct(">i")
_NO_TOPICS = struct.pack(">i?", 0, False)
MOST_BYTES = 1024 * 1024

Reason = tuple[Sentence, Sentence]
"""What is the case, and what to do."""

_TLS = Sentence("A broker does not speak TLS where we expect it.")
_ANOTHER_PORT = Sentence("Correct PEDIDOS_KAFKA_TLS, or the port in PEDIDOS_KAFKA_BOOTSTRAP.")
_NO_ANSWER_IN_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
_NO_TLS = Sentence("A broker wants TLS.")
_LOGIN = Sentence("A broker wants to know who we are.")
_NO_LOGIN = Sentence("A broker does not want to know who we are.")


class _Silent(Exception):
    """The broker closed the connection instead of answering."""


def why(settings: KafkaSettings) -> Reason | None:
    """The first reason that stays until somebody changes something. None if there is none: the brokers are away, or the
    client can tell more. Raises Misconfigured."""
    return next((reason for address in _addresses(settings) if (reason := _reason(settings, *address))), None)


def _addresses(settings: KafkaSettings) -> Iterator[tuple[str, int]]:
    for each in settings.kafka_bootstrap.split(","):
        address = each.rpartition("://")[2].strip()
        host, colon, port = address.rpartition(":")
        if address:
            yield (host.strip("[]"), int(port)) if colon and "]" not in port else (address.strip("[]"), PORT)


def _reason(settings: KafkaSettings, host: str, port: int) -> Reason | None:
    try:
        plain = socket.create_connection((host, port), SECONDS)
    except OSError:
        return None
    with closing(plain):
        return _of_tls(settings, plain, host) if settings.kafka_tls else _of_login(settings, plain)


def _of_tls(settings: KafkaSettings, plain: socket.socket, host: str) -> Reason | None:
    try:
        with make_context(settings).wrap_socket(plain, server_hostname=host) as encrypted:
            return _of_login(settings, encrypted)
    except ssl.SSLCertVerificationError as error:
        what = Sentence(
            "The certificate of {host} is not to be trusted ({reason}).", host=host, reason=error.verify_message
        )
        return what, Sentence("Set PEDIDOS_KAFKA_CA_FILE to its authority, and use a name that it stands for.")
    except ssl.SSLError as error:
        if isinstance(error, ssl.SSLEOFError) or error.reason in _NO_ANSWER_IN_TLS:
            return _TLS, _ANOTHER_PORT
        return _refused_certificate(error)
    except (TimeoutError, ConnectionResetError):
        return _TLS, _ANOTHER_PORT
    except OSError:
        return None


def _refused_certificate(error: ssl.SSLError) -> Reason:
    what = Sentence("A broker ends the handshake of TLS ({reason}).", reason=error.reason or first_line(error))
    advice = Sentence("If it wants our certificate, set PEDIDOS_KAFKA_CERTIFICATE_FILE and PEDIDOS_KAFKA_KEY_FILE.")
    return what, advice


def _of_login(settings: KafkaSettings, connection: socket.socket) -> Reason | None:
    connection.settimeout(SECONDS)
    try:
        _ask(connection, API_VERSIONS, 0, b"")
    except ssl.SSLError as error:  # with TLS 1.3, a broker refuses a certificate after the handshake
        return _refused_certificate(error)
    except (_Silent, TimeoutError):
        return (
            None if settings.kafka_tls else (_NO_TLS, Sentence("Set PEDIDOS_KAFKA_TLS to true, or use another port."))
        )
    except OSError:
        return None
    try:
        return _of_sasl(settings, connection)
    except (OSError, struct.error):
        return None


def _of_sasl(settings: KafkaSettings, connection: socket.socket) -> Reason | None:
    mechanism = settings.kafka_sasl
    try:
        if mechanism is not None:
            answer = _ask(connection, SASL_HANDSHAKE, 1, _text(mechanism))
            return _of_mechanism(mechanism, answer) or _of_password(settings, mechanism, connection)
        _ask(connection, METADATA, 4, _NO_TOPICS)
    except _Silent:
        if mechanism is None:
            return _LOGIN, Sentence("Set PEDIDOS_KAFKA_USER and PEDIDOS_KAFKA_PASSWORD, or use another port.")
        return _NO_LOGIN, Sentence("Remove PEDIDOS_KAFKA_USER, or use another port.")
    return None


def _of_mechanism(mechanism: str, answer: bytes) -> Reason | None:
    _, error, count = struct.unpack_from(">ihi", answer)
    if not error:
        return None
    names, at = [], struct.calcsize(">ihi")
    for _ in range(count):
        (length,) = struct.unpack_from(">h", answer, at)
        names.append(answer[at + 2 : at + 2 + length].decode("ascii", "replace"))
        at += 2 + length
    what = Sentence("It does not take the mechanism {mechanism}.", mechanism=mechanism)
    if not names:
        return what, Sentence("Remove PEDIDOS_KAFKA_USER, or use another port.")
    return what, Sentence("Set PEDIDOS_KAFKA_MECHANISM to one that it takes: {names}.", names=", ".join(sorted(names)))


def _of_password(settings: KafkaSettings, mechanism: str, connection: socket.socket) -> Reason | None:
    """Logs in as the client does."""
    login = get_sasl_mechanism(mechanism)(**options(settings))
    advice = Sentence("Correct PEDIDOS_KAFKA_USER and PEDIDOS_KAFKA_PASSWORD, or the token.")
    try:
        while not login.is_done():
            token = login.auth_bytes()
            answer = _ask(connection, SASL_AUTHENTICATE, 0, _SIZE.pack(len(token)) + token)
            _, error, length = struct.unpack_from(">ihh", answer)
            at = struct.calcsize(">ihh")
            if error:
                said = answer[at : at + max(0, length)].decode("utf-8", "replace")
                return Sentence("It does not let us in ({reason}).", reason=said), advice
            at += max(0, length)
            (size,) = _SIZE.unpack_from(answer, at)
            login.receive(answer[at + _SIZE.size : at + _SIZE.size + max(0, size)])
    except (SaslAuthenticationFailedError, ValueError) as refused:  # by the authorization server; a wrong signature
        return Sentence("It does not let us in ({reason}).", reason=first_line(refused)), advice
    except KafkaConnectionError:
        return None
    return None


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode("ascii")


def _ask(connection: socket.socket, request: int, version: int, body: bytes) -> bytes:
    """The answer without its size. Raises _Silent and OSError."""
    message = _HEAD.pack(request, version, 1, -1) + body
    try:
        connection.sendall(_SIZE.pack(len(message)) + message)
        size = _exactly(connection, _SIZE.size)
    except (ConnectionResetError, BrokenPipeError) as error:
        raise _Silent from error
    length = _SIZE.unpack(size)[0]
    if not 0 <= length <= MOST_BYTES:  # no answer of Kafka's: a server that speaks TLS complains in TLS
        raise _Silent
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = connection.recv(length - len(received))
        if not part:
            raise _Silent
        received += part
    return received
