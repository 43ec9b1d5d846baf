"""The relay signs its records; up to where Kafka may have records without a signature."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0017_signed_records.up.sql"))


def downgrade() -> None:
    op.drop_column("relay_positions", "unsigned_until")
