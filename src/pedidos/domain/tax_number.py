"""Checks CNPJ and CPF, the tax numbers of companies and of people in Brazil, by their check digits.

Source: Receita Federal, Instrução Normativa RFB 2.229/2024: since July 2026 a CNPJ may have letters in its first twelve
places; each counts as its ASCII code less 48. The rule for CPF is the one of the CPF alone (11 digits).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_SIGNS = re.compile(r"[\s./-]+")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_CPF = re.compile(r"[0-9]{11}")
_CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_CPF_WEIGHTS = (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)


class Kind(StrEnum):
    CNPJ = "cnpj"
    CPF = "cpf"


@dataclass(frozen=True, slots=True)
class TaxNumber:
    """digits: without dots, slash and dash; of a CNPJ they may be capital letters too."""

    kind: Kind
    digits: str

    def __str__(self) -> str:
        """As people write it."""
        d = self.digits
        if self.kind is Kind.CPF:
            return f"{d[:3]}.{d[3:6]}.{d[6:9]}-{d[9:]}"
        return f"{d[:2]}.{d[2:5]}.{d[5:8]}/{d[8:12]}-{d[12:]}"


def parse(text: str) -> TaxNumber | None:
    """The number in a text, with or without its signs; None if it is neither a CNPJ nor a CPF, or a digit is wrong."""
    digits = _SIGNS.sub("", text).upper()
    if _CNPJ.fullmatch(digits):
        found = TaxNumber(Kind.CNPJ, digits)
    elif _CPF.fullmatch(digits):
        found = TaxNumber(Kind.CPF, digits)
    else:
        return None
    # A number of one repeated digit has right check digits, and no one has it.
    return found if len(set(digits)) > 1 and _is_right(found) else None


def _is_right(number: TaxNumber) -> bool:
    weights = _CNPJ_WEIGHTS if number.kind is Kind.CNPJ else _CPF_WEIGHTS
    values = [ord(each) - ord("0") for each in number.digits]
    first = _check(values[:-2], weights[1:])
    second = _check([*values[:-2], first], weights)
    return values[-2:] == [first, second]


def _check(values: Sequence[int], weights: Sequence[int]) -> int:
    """The digit that makes the weighted sum right, modulo 11."""
    rest = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest
