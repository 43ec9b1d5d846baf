"""What each kind of process may do at PostgreSQL, as a table."""

from pedidos.storage.roles import API, LIVE, TABLES, ProcessKind

HEAD = f"""# Roles at PostgreSQL

What each kind of process may do on which table, from `src/pedidos/storage/roles.py`. The role of a kind is named
`{API.role}`, `{LIVE.role}` and so on. `setup` and `migrate` give these rights, and take away all others, where the
roles exist. The tables belong to the role that migrates.

| table | {" | ".join(ProcessKind)} |
|---|{"---|" * len(ProcessKind)}
"""


def privileges() -> str:
    """The document, in Markdown."""
    return HEAD + "".join(map(_row, TABLES))


def _row(table: str) -> str:
    return f"| `{table}` | {' | '.join(TABLES[table].get(kind, '–') for kind in ProcessKind)} |\n"
