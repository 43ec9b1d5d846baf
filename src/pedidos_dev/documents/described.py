"""The schema as it is in the database: tables, columns, keys, constraints, indexes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

BOOKKEEPING = "alembic_version"


@dataclass(frozen=True, slots=True)
class Column:
    """default: the expression of a default, an identity or a generated column, or None."""

    name: str
    type: str
    required: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """kind: p (primary key), u (unique), f (foreign key) or c (check). target: the table that a foreign key names."""

    name: str
    kind: str
    columns: tuple[str, ...]
    target: str | None
    definition: str


@dataclass(slots=True)
class Table:
    """indexes are the definitions of those that no constraint made."""

    name: str
    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)


_COLUMNS = """
select c.relname, a.attname, t.typname, a.attnotnull,
       case when a.attidentity <> '' then 'identity'
            when a.attgenerated <> '' then 'generated: ' || pg_get_expr(d.adbin, d.adrelid)
            else pg_get_expr(d.adbin, d.adrelid) end
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> %(bookkeeping)s
order by c.relname, a.attnum
"""

# Not-null constraints (n) are described with the columns.
_CONSTRAINTS = """
select c.relname, k.conname, k.contype::text, target.relname, pg_get_constraintdef(k.oid),
       array(select a.attname::text from unnest(k.conkey) with ordinality as u (attnum, position)
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum order by u.position)
from pg_constraint k
join pg_class c on c.oid = k.conrelid
left join pg_class target on target.oid = k.confrelid
where c.relnamespace = 'public'::regnamespace and c.relname <> %(bookkeeping)s and k.contype in ('p', 'u', 'f', 'c')
order by c.relname, array_position(array['p', 'u', 'f', 'c'], k.contype::text), k.conname
"""

_INDEXES = """
select c.relname, pg_get_indexdef(i.indexrelid)
from pg_index i
join pg_class c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and c.relname <> %(bookkeeping)s
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
order by c.relname, i.indexrelid::regclass::text
"""


def tables(connection: Connection) -> list[Table]:
    """All tables of the platform, by name."""
    found: dict[str, Table] = {}
    for table, *facts in _rows(connection, _COLUMNS):
        found.setdefault(table, Table(table)).columns.append(Column(*facts))
    for table, name, kind, target, definition, columns in _rows(connection, _CONSTRAINTS):
        found[table].constraints.append(Constraint(name, kind, tuple(columns), target, definition))
    for table, definition in _rows(connection, _INDEXES):
        found[table].indexes.append(definition)
    return list(found.values())


def _rows(connection: Connection, statement: str) -> Iterator[list[Any]]:
    for row in connection.exec_driver_sql(statement, {"bookkeeping": BOOKKEEPING}):
        yield list(row)
