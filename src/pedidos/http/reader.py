"""The language of who sends the current request to Flask, for its answer and for the mails that it causes."""

from flask import request

from pedidos.http.languages import locale_of


def language() -> str:
    """A locale of pedidos.texts: the one that the request prefers."""
    return locale_of(request.headers.get("Accept-Language"))
