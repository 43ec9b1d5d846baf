"""Gives the roles of the processes the rights that storage.roles lists, and revokes all others on our tables."""

from collections.abc import Iterable

from sqlalchemy import Connection

from pedidos.storage.roles import ROLES, TABLES, Right, rights

_PRESENT = "select rolname from pg_roles where rolname = any(%(roles)s)"

_USABLE = "select has_schema_privilege(%(role)s, current_schema(), 'USAGE'), current_schema()"

_GRANTED = """
select c.relname, null as attname, r.rolname, x.privilege_type
from pg_class c
cross join lateral aclexplode(c.relacl) x
join pg_roles r on r.oid = x.grantee
where c.relnamespace = current_schema()::regnamespace and c.relname = any(%(tables)s) and r.rolname = any(%(roles)s)
union all
select c.relname, a.attname, r.rolname, x.privilege_type
from pg_class c
join pg_attribute a on a.attrelid = c.oid
cross join lateral aclexplode(a.attacl) x
join pg_roles r on r.oid = x.grantee
where c.relnamespace = current_schema()::regnamespace and c.relname = any(%(tables)s) and r.rolname = any(%(roles)s)
"""


def give(connection: Connection) -> list[str]:
    """Changes the rights of the roles that exist to what is listed. Returns the names of these roles.

    The connection's role owns the tables, which are of the newest revision. Rights that are correct are not changed, so
    a start of the platform takes no locks here.
    """
    present = sorted(connection.exec_driver_sql(_PRESENT, {"roles": list(ROLES)}).scalars())
    for role in present:
        usable, schema = connection.exec_driver_sql(_USABLE, {"role": role}).one()
        if not usable:
            _run(connection, "grant usage on schema {} to {}", schema, role)
    wanted = {right for right in rights() if right.role in present}
    granted = _granted(connection, present)
    for right in sorted(granted - wanted, key=str):
        _run(connection, f"revoke {_privilege(right)} on {{}} from {{}}", right.table, right.role)
    for right in sorted(wanted - granted, key=str):
        _run(connection, f"grant {_privilege(right)} on {{}} to {{}}", right.table, right.role)
    return present


def _granted(connection: Connection, roles: Iterable[str]) -> set[Right]:
    values = {"tables": list(TABLES), "roles": list(roles)}
    return {Right(*row) for row in connection.exec_driver_sql(_GRANTED, values)}


def _privilege(right: Right) -> str:
    return right.privilege if right.column is None else f"{right.privilege} ({right.column})"


def _run(connection: Connection, form: str, *names: str) -> None:
    """Runs a statement about names. They are quoted and written into it: PostgreSQL takes no parameters in GRANT and
    REVOKE, and the schema and the rights that differ are known only at run time."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(form.format(*map(quote, names)))
