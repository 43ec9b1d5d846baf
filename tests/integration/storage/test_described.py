"""The document of the tables matches the migrated schema."""

from sqlalchemy import Engine

from pedidos_dev.documents.catalogue import SCHEMA, stale
from pedidos_dev.documents.schema import schema


def test_the_document_of_the_tables_is_up_to_date(engine: Engine) -> None:
    assert not stale(SCHEMA, schema(engine)), "run ./pedidos docs while the platform runs, to write it again"
