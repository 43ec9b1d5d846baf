"""The tables, as a diagram and one by one, from a migrated database."""

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement
from pedidos_dev.documents.described import Constraint, Table, tables

HEAD = """# The tables

Made from a migrated PostgreSQL. The statements and the reasons for them are in `src/pedidos/migrations/sql/`.

"""

MARKS = {"p": "PK", "f": "FK", "u": "UK"}


def schema(engine: Engine) -> str:
    """The document, in Markdown. Raises DatabaseUnavailable."""
    found = in_statement(engine, tables)
    return HEAD + _diagram(found) + "".join(_chapter(table) for table in found)


def _diagram(found: list[Table]) -> str:
    lines = ["```mermaid", "erDiagram"]
    for table in found:
        lines += [f"    {_reference(table, each)}" for each in table.constraints if each.kind == "f"]
    for table in found:
        lines.append(f"    {table.name} {{")
        for column in table.columns:
            marks = [MARKS[c.kind] for c in table.constraints if c.kind in MARKS and column.name in c.columns]
            lines.append(f"        {column.type} {column.name} {', '.join(dict.fromkeys(marks))}".rstrip())
        lines.append("    }")
    return "\n".join([*lines, "```", ""])


def _reference(table: Table, constraint: Constraint) -> str:
    """Crow's feet: where the columns may be null there may be no parent; where they are unique, one child at most."""
    required = all(column.required for column in table.columns if column.name in constraint.columns)
    unique = any(c.kind in "pu" and set(c.columns) <= set(constraint.columns) for c in table.constraints)
    foot = f"{'||' if required else '|o'}--{'o|' if unique else 'o{'}"
    return f'{constraint.target} {foot} {table.name} : "{", ".join(constraint.columns)}"'


def _chapter(table: Table) -> str:
    lines = ["", f"## {table.name}", "", "| column | type | may be null | default |", "|---|---|---|---|"]
    for column in table.columns:
        default = f"`{column.default}`" if column.default else "–"
        lines.append(f"| {column.name} | {column.type} | {'no' if column.required else 'yes'} | {default} |")
    lines.append("")
    lines += [f"- `{_one_line(constraint.definition)}`" for constraint in table.constraints]
    lines += [f"- `{_one_line(index)}`" for index in table.indexes]
    return "\n".join([*lines, ""])


def _one_line(definition: str) -> str:
    return " ".join(definition.split())
