"""Types of the fields of addresses and contacts, of what a merchant asks for a delivery, and of coupons."""

from typing import Annotated

from pydantic import AfterValidator, Field

from pedidos.domain.pricing import MAX_TIP_CENTS
from pedidos.domain.rating import MOST_CHARACTERS
from pedidos.http.fields import ONE_LINE, WHOLE
from pedidos.http.invalid_values import form
from pedidos.sentence import Sentence

_LINE = form(r"^[^\x00-\x1f\x7f]*$", ONE_LINE)

Recipient = Annotated[str, Field(min_length=1, max_length=120, pattern=_LINE, examples=["Ana Souza"])]
Phone = Annotated[
    str,
    Field(
        pattern=form(r"^\+?[0-9][0-9 ()-]{7,19}$", Sentence("Must be a phone number such as +55 11 91234-5678.")),
        description="Digits, spaces, parentheses and hyphens, 8 to 20 characters after a plus sign, if there is one.",
        examples=["+55 11 91234-5678"],
    ),
]
Street = Annotated[str, Field(min_length=1, max_length=120, pattern=_LINE, examples=["Rua Augusta"])]
HouseNumber = Annotated[str, Field(min_length=1, max_length=20, pattern=_LINE, examples=["1024"])]
Complement = Annotated[str, Field(max_length=80, pattern=_LINE, examples=["apto 51"])]
District = Annotated[str, Field(min_length=1, max_length=80, pattern=_LINE, examples=["Consolação"])]
City = Annotated[str, Field(min_length=1, max_length=80, pattern=_LINE, examples=["São Paulo"])]
State = Annotated[
    str,
    Field(
        pattern=form(r"^[A-Z]{2}$", Sentence("Must be two capital letters.")),
        description="Two letters.",
        examples=["SP"],
    ),
]
PostalCode = Annotated[
    str,
    Field(
        pattern=form(r"^[0-9]{8}$", Sentence("Must be eight digits.")),
        description="CEP: eight digits.",
        examples=["01304001"],
    ),
]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[-23.5533])]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[-46.6548])]
Note = Annotated[str, Field(max_length=300, pattern=_LINE, examples=["The bell is broken: please call."])]
Comment = Annotated[str, Field(max_length=MOST_CHARACTERS, pattern=_LINE, examples=["Still hot."])]
AddressLabel = Annotated[str, Field(min_length=1, max_length=40, pattern=_LINE, examples=["Home"])]
TipCents = Annotated[int, Field(ge=0, le=MAX_TIP_CENTS, examples=[500]), WHOLE]
CouponCode = Annotated[
    str,
    Field(
        pattern=form(r"^[A-Za-z0-9-]{3,32}$", Sentence("Must be 3 to 32 letters, digits or hyphens.")),
        description="Capitals make no difference.",
        examples=["WELCOME10"],
    ),
    AfterValidator(str.upper),
]
FeeCents = Annotated[int, Field(ge=0, le=100_000, examples=[700]), WHOLE]
Metres = Annotated[int, Field(ge=1, le=100_000, examples=[3000]), WHOLE]
