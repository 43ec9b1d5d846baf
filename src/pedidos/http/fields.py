"""Types of the fields of requests, and the errors of invalid fields."""

import re
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from pedidos.http.problems import FieldError
from pedidos.security import mail_links, passwords

MAX_PRICE_CENTS = 100_000_000
MAX_UNITS = 1_000_000

MAX_ERRORS = 100
"""Maximum number of errors that a response lists. Each has at most MAX_NAME characters of the field's name: the
response to an invalid request must not be larger than the request."""
MAX_NAME = 100


def _without_point(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_without_point)
"""For integers as in JSON Schema, where 2.0 is one. It comes last: otherwise the limits are missing in the document."""


def _prepared(password: object) -> object:
    if not isinstance(password, str) or not 0 < len(password) <= passwords.MAX_SENT:
        return password  # the checks of the field reject it
    try:
        return passwords.prepared(password)
    except ValueError as error:
        raise PydanticCustomError("password", "{reason}", {"reason": str(error)}) from error


_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)


def _written_out(value: object) -> object:
    # pydantic would read a number as seconds since 1970.
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        raise ValueError("Must be a time as in RFC 3339, such as 2026-01-31T09:00:00Z.")
    return value


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("Must be a text.")  # noqa: TRY004  # pydantic expects a ValueError
    return value


Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        # ASCII only, so that lower case is the same in every implementation.
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
        examples=["customer@pedidos.example"],
    ),
    AfterValidator(str.lower),
]
NewPassword = Annotated[
    str,
    Field(
        min_length=passwords.MIN_LENGTH,
        max_length=passwords.MAX_LENGTH,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]+$",
        description=(
            "Its length counts after Unicode normalisation (NFC); all kinds of space are the same. Common passwords "
            "are refused, and those made of the e-mail address, the name or the name of this service."
        ),
        examples=["correct horse battery"],
    ),
    BeforeValidator(_prepared),  # last: otherwise the limits are missing in the document
]
LinkToken = Annotated[
    str, Field(pattern=mail_links.PATTERN, description="The token in the link of a mail.", examples=["K" * 43])
]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Description = Annotated[
    str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", examples=["With cheese."])
]
PriceCents = Annotated[int, Field(ge=1, le=MAX_PRICE_CENTS, examples=[1990]), WHOLE]
Units = Annotated[int, Field(ge=0, le=MAX_UNITS, examples=[25]), WHOLE]
UnitsThatCame = Annotated[int, Field(ge=1, le=MAX_UNITS, examples=[12]), WHOLE]
Reason = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["Delivery of the week"])]
ClosureReason = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["Christmas"])]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
MomentInBody = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_text), BeforeValidator(_written_out)]
"""The same in JSON, where a time is text."""
OpeningTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]
ClosingTime = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["18:00"])]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO 8601: Monday is 1.", examples=[1]), WHOLE]


def field_errors(error: ValidationError) -> list[FieldError]:
    """The errors of each field, by its dotted path. More than MAX_ERRORS are not listed: making thousands would take as
    many hundredths of a millisecond."""
    if error.error_count() > MAX_ERRORS:
        return [
            FieldError("request", f"There are more than {MAX_ERRORS} errors. /openapi.json lists what is expected.")
        ]
    return [
        FieldError(".".join(map(str, each["loc"]))[:MAX_NAME] or "body", each["msg"])
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]
