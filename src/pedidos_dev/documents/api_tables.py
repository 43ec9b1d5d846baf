"""Tables for the documents, made from the code: python -m pedidos_dev.documents.api_tables docs/api."""

import sys
from pathlib import Path

from flask_openapi.utils import parse_rule

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.processes.api.app import app_without_services
from pedidos_dev.documents.permissions import permissions, stream_permissions

_PERMISSIONS = """# Who may use which route

Made from the code by `python -m pedidos_dev.documents.api_tables docs/api`; a test compares the two.
A dash means that the route answers 403. Without a valid token only the public routes answer; all others answer 401.
The API also checks who owns an order or a product: what belongs to another account answers 404.

"""
_PROBLEMS = """# Problem types

Made from the code by `python -m pedidos_dev.documents.api_tables docs/api`; a test compares the two.
Every error is a problem document (RFC 9457, `application/problem+json`) with `type`, `title`, `status` and
`request_id`. Some also have `detail`, and `errors` with a `field` and a `message` each.

"""


def tables() -> dict[str, str]:
    """The text of each file, by its name."""
    return {"permissions.md": _permissions(), "problems.md": _problems()}


def _permissions() -> str:
    lines = [f"| route | public | {' | '.join(Role)} |", f"|---|---|{'---|' * len(Role)}"]
    for each in sorted([*permissions(app_without_services()), *stream_permissions()]):
        path = parse_rule(each.path)
        cells = ["yes" if each.roles is None or role in each.roles else "–" for role in Role]
        lines.append(f"| `{each.method} {path}` | {'yes' if each.roles is None else '–'} | {' | '.join(cells)} |")
    return _PERMISSIONS + "\n".join(lines) + "\n"


def _problems() -> str:
    lines = ["| status | type | title | when |", "|---|---|---|---|"]
    lines += [f"| {p.status} | `{p.uri()}` | {p.title} | {p.about} |" for p in problems.catalogue()]
    return _PROBLEMS + "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Writes the files into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
