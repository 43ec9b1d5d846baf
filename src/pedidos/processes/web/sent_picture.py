"""The picture of a form: <input type="file" name="picture">."""

from flask import request
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge

from pedidos.domain.picture import MOST_BYTES, TOO_LARGE, Picture
from pedidos.http.picture_reading import Unfit
from pedidos.processes.web.services import services
from pedidos.sentence import Sentence

FIELD = "picture"
PARTS_BYTES = 16 * 1024
"""What a form has besides the file."""

_NONE = Sentence("Choose a picture first.")


def sent_picture() -> Picture | str:
    """The picture to keep; or why there is none, in the language of the page. Raises problems.Busy.

    A view calls it before it looks at the form: the request is larger than others may be.
    """
    request.max_content_length = MOST_BYTES + PARTS_BYTES
    try:
        file = request.files.get(FIELD)
    except RequestEntityTooLarge:
        return TOO_LARGE.said(gettext)
    data = b"" if file is None else file.read(MOST_BYTES + 1)
    if not data:
        return _NONE.said(gettext)
    try:
        return services().pictures.read(data)
    except Unfit as error:
        return error.reason.said(gettext)
