"""The classroom's own files for browsers. The edge does not have them, so the process serves them."""

from functools import cache
from pathlib import Path

from flask import Blueprint, Response

from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.http.static_files import FOREVER, StaticFiles, media_type
from pedidos.processes.web.layout import CLASSROOM

pages = Blueprint(CLASSROOM, __name__, template_folder="../templates")
"""Its name tells the templates of the product that there is a classroom."""

FOLDER = Path(__file__).parents[1] / "static"


@cache
def _files() -> StaticFiles:
    return StaticFiles.of([FOLDER])


def address(name: str) -> str:
    """The address of a file. It contains a hash, so other contents have another address. Raises KeyError."""
    return f"/classroom{_files().addresses[name]}"


pages.add_app_template_global(address, "classroom_asset")


@pages.get("/classroom/<path:name>")
@public
def file(name: str) -> Response:
    """A file that a page loads."""
    path = _files().by_path.get(name)
    if path is None:
        raise problems.NotFound
    return Response(path.read_bytes(), content_type=media_type(path), headers={"Cache-Control": FOREVER})
