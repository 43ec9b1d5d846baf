"""Values that the requests of several pages have: the key of a form, when it was made, the last row of a page."""

from datetime import datetime
from uuid import UUID

from flask import request
from pydantic import TypeAdapter, ValidationError
from werkzeug.exceptions import BadRequest


def form_key() -> UUID:
    """What makes a form that is sent twice count once. Raises BadRequest if the form is not one of ours."""
    try:
        return UUID(request.form.get("key", ""))
    except ValueError as error:
        raise BadRequest from error


def form_seen() -> datetime:
    """When what the form changes was last changed, as the form was made. Raises BadRequest."""
    try:
        seen = datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError as error:
        raise BadRequest from error
    if seen.tzinfo is None:
        raise BadRequest
    return seen


def row_id(name: str) -> UUID | None:
    """The id of the last row of the page before, in the query of the address; None for the first page."""
    try:
        return UUID(request.args[name])
    except (KeyError, ValueError):
        return None


def fits(check: TypeAdapter[str], text: str) -> bool:
    """Whether the API takes the text."""
    try:
        check.validate_python(text)
    except ValidationError:
        return False
    return True
