"""Types of addresses and secrets."""

from typing import Annotated

from pydantic import AfterValidator, HttpUrl, UrlConstraints

from pedidos.settings import addresses
from pedidos.settings.base import SECRET

# Three addresses stay text, because pydantic's types for them refuse or change what the drivers understand:
# PostgresDsn wants a host (a Unix socket has none, and several hosts stand in the query) and drops an empty password;
# RedisDsn knows no redis+socket, adds a port and a database, and turns a list of brokers into one; KafkaDsn wants a
# scheme and takes a single broker.
DatabaseUrl = Annotated[str, AfterValidator(addresses.database)]
BrokerUrl = Annotated[str, AfterValidator(addresses.broker)]
RecordKeyList = Annotated[str, SECRET, AfterValidator(addresses.record_keys)]
KafkaBootstrap = Annotated[str, AfterValidator(addresses.kafka)]
Secret = Annotated[str, SECRET]
OptionalSecret = Annotated[str | None, SECRET]
WebUrl = Annotated[HttpUrl, UrlConstraints(preserve_empty_path=True)]
