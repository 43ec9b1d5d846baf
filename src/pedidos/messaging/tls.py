"""TLS to Kafka: whom we trust, and our own certificate for mutual TLS; both follow their files."""

import ssl
from pathlib import Path
from typing import Any

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence
from pedidos.settings.groups.kafka import KafkaLoginSettings
from pedidos.watched_file import WatchedFile


class FollowingContext(ssl.SSLContext):
    """Reads its files again before a connection, if they have changed. An authority that was replaced stays trusted
    until the process ends: the standard library cannot forget one."""

    files: tuple[WatchedFile[None], ...] = ()

    def wrap_socket(self, *arguments: Any, **named: Any) -> ssl.SSLSocket:
        for file in self.files:
            file.fresh()
        return super().wrap_socket(*arguments, **named)


def make_context(settings: KafkaLoginSettings) -> ssl.SSLContext:
    """The certificate of a broker is checked, and that it has the name by which the broker is asked for. TLS 1.2 or
    newer. Raises Misconfigured if a file cannot be used."""
    context = FollowingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    files = []

    def trust(path: Path) -> None:
        _load("PEDIDOS_KAFKA_CA_FILE", path, lambda: context.load_verify_locations(path))

    def show(chain: Path, key: Path) -> None:
        _load("PEDIDOS_KAFKA_CERTIFICATE_FILE", chain, lambda: context.load_cert_chain(chain, key))

    if settings.kafka_ca_file is None:
        context.load_default_certs()
    else:
        files.append(WatchedFile(settings.kafka_ca_file, trust))
    chain = settings.kafka_certificate_file
    if chain is not None:
        key = settings.kafka_key_file or chain
        # Whichever of the two is replaced last fits the other one.
        files += [WatchedFile(each, lambda _: show(chain, key)) for each in dict.fromkeys((chain, key))]
    context.files = tuple(files)
    return context


def _load(name: str, path: Path, load: Any) -> None:
    try:
        load()
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or str(error)
        raise Misconfigured(
            Sentence("{name} names {path}, which cannot be used: {reason}.", name=name, path=path, reason=reason)
        ) from None
