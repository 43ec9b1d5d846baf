"""The language of who sends the current request, for the mails that it causes."""

from flask import request

from pedidos import texts

LONGEST = 200
"""Characters of the header Accept-Language that are read. Browsers send fewer."""


def language() -> str:
    """A locale of pedidos.texts: the one that the request prefers."""
    if len(request.headers.get("Accept-Language", "")) > LONGEST:
        return texts.ENGLISH
    return texts.locale_for(list(request.accept_languages.values()))
