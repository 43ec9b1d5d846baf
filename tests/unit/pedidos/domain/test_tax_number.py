"""CNPJ and CPF are recognised by their check digits, also the CNPJ with letters."""

import pytest

from pedidos.domain.tax_number import Kind, parse

RIGHT = {
    "11.222.333/0001-81": Kind.CNPJ,
    "12.ABC.345/01DE-35": Kind.CNPJ,  # the example of the Receita Federal
    "529.982.247-25": Kind.CPF,
    "111.444.777-35": Kind.CPF,
}


@pytest.mark.parametrize(("text", "kind"), RIGHT.items())
def test_a_right_number_is_read_with_and_without_its_signs(text: str, kind: Kind) -> None:
    found = parse(text)
    assert found is not None
    assert found.kind is kind
    assert str(found) == text
    assert parse(found.digits) == parse(f"  {text.lower()} ") == found


@pytest.mark.parametrize("text", RIGHT)
def test_each_wrong_digit_is_noticed(text: str) -> None:
    digits = [each for each in text if each.isalnum()]
    for place, digit in enumerate(digits):
        if digit.isdigit():
            wrong = [*digits[:place], str((int(digit) + 1) % 10), *digits[place + 1 :]]
            assert parse("".join(wrong)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "11222333000181x",
        "00000000000",
        "11111111111111",
        "1122233300018١",
        "112223330001811",
        "A" * 14,
        "-" * 20,
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse(text) is None
