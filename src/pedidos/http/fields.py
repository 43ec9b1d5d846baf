"""Types of the fields of requests, and the errors of invalid fields."""

import re
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from pedidos.domain import tax_number
from pedidos.http.invalid_values import TEXT, TIME, form, why
from pedidos.http.problems import FieldError
from pedidos.security import mail_links, passwords
from pedidos.sentence import Sentence

MAX_PRICE_CENTS = 100_000_000
MAX_CHOICE_CENTS = 10_000_000
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
    except passwords.Unfit as error:
        raise PydanticCustomError("password", "{reason}", {"reason": error.reason}) from error


_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)


def _written_out(value: object) -> object:
    # pydantic would read a number as seconds since 1970.
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        raise ValueError(TIME)
    return value


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(TEXT)  # noqa: TRY004  # pydantic expects a ValueError
    return value


Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        # ASCII only, so that lower case is the same in every implementation.
        pattern=form(
            r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
            Sentence("Must be an e-mail address without accents, such as name@example.com."),
        ),
        examples=["customer@pedidos.example"],
    ),
    AfterValidator(str.lower),
]
NewPassword = Annotated[
    str,
    Field(
        min_length=passwords.MIN_LENGTH,
        max_length=passwords.MAX_LENGTH,
        pattern=form(
            r"^[^\x00-\x1f\x7f-\x9f]+$", Sentence("Must have no control characters, such as tabs and line breaks.")
        ),
        description=(
            "Its length counts after Unicode normalisation (NFC); all kinds of space are the same. Common passwords "
            "are refused, and those made of the e-mail address, the name or the name of this service."
        ),
        examples=["correct horse battery"],
    ),
    BeforeValidator(_prepared),  # last: otherwise the limits are missing in the document
]
Secret = Field(
    pattern=form(mail_links.PATTERN, Sentence("Must be the token as it was sent: 43 letters, digits, - or _.")),
    examples=["K" * 43],
)
"""A random token of ours, in a mail or as a refresh token."""
LinkToken = Annotated[str, Secret, Field(description="The token in the link of a mail.")]

ONE_LINE = Sentence("Must be one line without control characters.")
_NAME = form(r"^[^\x00-\x1f\x7f]+$", ONE_LINE)
_REMARK = form(r"^[^\x00-\x1f\x7f]*$", ONE_LINE)
_TEXT = form(
    r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", Sentence("Must have no control characters except tabs and line breaks.")
)
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=_NAME)]
SearchText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        pattern=_NAME,
        description="Each of its words is the beginning of a word of the name. Case and accents make no difference.",
        examples=["pao queijo"],
    ),
]
Description = Annotated[str, Field(max_length=2000, pattern=_TEXT, examples=["With cheese."])]
Category = Annotated[
    str, Field(max_length=60, pattern=_REMARK, description="Under which the menu has it.", examples=["Pizzas"])
]
PriceCents = Annotated[int, Field(ge=1, le=MAX_PRICE_CENTS, examples=[1990]), WHOLE]
ChoiceCents = Annotated[int, Field(ge=0, le=MAX_CHOICE_CENTS, examples=[350]), WHOLE]
Units = Annotated[int, Field(ge=0, le=MAX_UNITS, examples=[25]), WHOLE]
UnitsThatCame = Annotated[int, Field(ge=1, le=MAX_UNITS, examples=[12]), WHOLE]
Reason = Annotated[str, Field(max_length=200, pattern=_REMARK, examples=["Delivery of the week"])]
ClosureReason = Annotated[str, Field(max_length=120, pattern=_REMARK, examples=["Christmas"])]
MAX_FEE_CENTS = 100_000


def _tax_number(text: str) -> str:
    found = tax_number.parse(text)
    if found is None:
        raise ValueError(Sentence("Must be a CNPJ or a CPF with the right check digits."))
    return found.digits


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(Sentence("Must be a name in the IANA time zone database, such as America/Sao_Paulo."))
    return name


TimeZone = Annotated[
    str, Field(min_length=1, max_length=64, examples=["America/Sao_Paulo"]), AfterValidator(_time_zone)
]
TaxNumber = Annotated[
    str,
    Field(
        min_length=11,
        max_length=20,
        pattern=form(r"^[0-9A-Za-z./ -]+$", Sentence("Must be a CNPJ or a CPF with the right check digits.")),
        description="CNPJ or CPF, with or without its signs.",
        examples=["11.222.333/0001-81"],
    ),
    AfterValidator(_tax_number),
]
PostalAddress = Annotated[
    str, Field(min_length=1, max_length=300, pattern=_REMARK, examples=["Rua das Flores 12, São Paulo"])
]
FeeCents = Annotated[int, Field(ge=0, le=MAX_FEE_CENTS, examples=[790]), WHOLE]
Because = Annotated[str, Field(min_length=1, max_length=500, pattern=_REMARK, examples=["The address is missing."])]
"""Why an operator decides against a merchant, in one line that the merchant reads."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
MomentInBody = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_text), BeforeValidator(_written_out)]
"""The same in JSON, where a time is text."""
_OPENS = form(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", Sentence("Must be a time of day from 00:00 to 23:59."))
_CLOSES = form(
    r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
    Sentence(
        "Must be a time of day from 00:01 to 24:00. Past midnight, add a second interval that opens at 00:00 on the "
        "next day."
    ),
)
OpeningTime = Annotated[str, Field(pattern=_OPENS, examples=["09:00"])]
ClosingTime = Annotated[str, Field(pattern=_CLOSES, examples=["18:00"])]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO 8601: Monday is 1.", examples=[1]), WHOLE]


def field_errors(error: ValidationError) -> list[FieldError]:
    """The errors of each field, by its dotted path. More than MAX_ERRORS are not listed: making thousands would take as
    many hundredths of a millisecond."""
    if error.error_count() > MAX_ERRORS:
        many = Sentence("There are more than {most} errors. /openapi.json lists what is expected.", most=MAX_ERRORS)
        return [FieldError("request", many)]
    return [
        FieldError(".".join(map(str, each["loc"]))[:MAX_NAME] or "body", why(each))
        for each in error.errors(include_url=False, include_input=False)
    ]
