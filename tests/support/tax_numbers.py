"""Tax numbers for the shops of tests."""

import random


def cpf() -> str:
    """A right CPF that no other test uses."""
    digits = [random.SystemRandom().randrange(10) for _ in range(9)]
    for weights in (range(10, 1, -1), range(11, 1, -1)):
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        digits.append(0 if rest < 2 else 11 - rest)
    return "".join(map(str, digits))
