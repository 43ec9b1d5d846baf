"""Reads a picture that is the body of a request, and documents such a body."""

from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from pedidos.domain.picture import MOST_BYTES, MOST_PIXELS, TOO_LARGE, Format, Picture, format_of
from pedidos.http import problems
from pedidos.http.picture_reading import PicturePool, Unfit
from pedidos.http.problems import FieldError
from pedidos.processes.api.body_bytes import body_bytes
from pedidos.sentence import Sentence

DOCUMENTED: dict[str, Any] = {
    "required": True,
    "description": f"The file, of at most {MOST_BYTES // 1024} KiB. Its bytes decide what it is. Of at most "
    + ", ".join(f"{most // 1_000_000} million pixels ({kind.name})" for kind, most in MOST_PIXELS.items())
    + ". It is made smaller, and its metadata is removed.",
    "content": {kind.value: {"schema": {"type": "string", "format": "binary"}} for kind in Format},
}
"""The body in the OpenAPI document."""

_TYPES = Sentence("Must be image/png, image/jpeg or image/webp.")


def read_picture(asked: Request, pool: PicturePool) -> Picture:
    """The picture to keep. Raises InvalidFields, BodyTooLarge and Busy."""
    if asked.mimetype not in {kind.value for kind in Format}:
        raise problems.InvalidFields(errors=[FieldError("Content-Type", _TYPES)])
    asked.max_content_length = MOST_BYTES + 1
    try:
        data = body_bytes(asked, MOST_BYTES)
    except RequestEntityTooLarge as error:
        raise problems.BodyTooLarge(errors=[FieldError("picture", TOO_LARGE)]) from error
    if len(data) > MOST_BYTES:
        raise problems.BodyTooLarge(errors=[FieldError("picture", TOO_LARGE)])
    kind = format_of(data)
    if kind is not None and kind.value != asked.mimetype:
        said = Sentence("The body is of the type {type}. Send that.", type=kind.value)
        raise problems.InvalidFields(errors=[FieldError("Content-Type", said)])
    try:
        return pool.read(data)
    except Unfit as error:
        raise problems.InvalidFields(errors=[FieldError("picture", error.reason)]) from error
