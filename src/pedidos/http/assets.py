"""The view of static files, for every Flask app that has pages."""

from flask import Flask, Response

from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.http.static_files import ASSETS, FOREVER, media_type, static_files


def install(app: Flask) -> None:
    """Adds the addresses of assets. The edge has the files too, and answers for them."""
    static_files()  # read now, so that no request waits for it
    app.add_url_rule(f"/{ASSETS}/<path:name>", view_func=asset)


@public
def asset(name: str) -> Response:
    """A file that a page loads. During an upgrade, a page of another version gets ours of the same name: a page with
    another version's style is better than one without any."""
    found = static_files().asset(name)
    if found is None:
        raise problems.NotFound
    path, meant = found
    # In one piece: a thread would wait for the client between two pieces of a file.
    return Response(
        path.read_bytes(),
        content_type=media_type(path),
        headers={"Cache-Control": FOREVER if meant else "no-store"},
    )
