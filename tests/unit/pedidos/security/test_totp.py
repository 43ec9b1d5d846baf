import base64

import pytest

from pedidos.security import totp

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
"""Of the test vectors of RFC 6238, appendix B, whose codes have eight digits: here the last six."""


@pytest.mark.parametrize(
    ("now", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_test_vectors_of_the_rfc(now: int, code: str) -> None:
    assert totp.step_of(RFC_SECRET, code, now) == now // 30


def test_a_code_is_good_in_the_step_before_and_after_its_own_and_in_no_other() -> None:
    found = [totp.step_of(RFC_SECRET, "081804", 1111111109 + 30 * shift) for shift in range(-3, 4)]
    step = 1111111109 // 30
    assert found == [None, None, step, step, step, None, None]


@pytest.mark.parametrize("code", ["", "000000", "08180", "0818040", "٠٨١٨٠٤"])
def test_others_are_wrong(code: str) -> None:
    assert totp.step_of(RFC_SECRET, code, 1111111109) is None


def test_what_looks_like_a_code() -> None:
    assert [totp.is_code(each) for each in ("081804", "08180", "08180a", "٠٨١٨٠٤")] == [True, False, False, False]


def test_an_app_gets_the_secret_the_address_and_the_service() -> None:
    secret = totp.new_secret()
    assert len(secret) == totp.SECRET_CHARACTERS
    assert totp.address(secret, "ana+b@pedidos.example") == (
        f"otpauth://totp/pedidos:ana%2Bb%40pedidos.example?secret={secret}&issuer=pedidos"
    )


def test_recovery_codes_differ_and_their_spelling_does_not_matter() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == totp.RECOVERY_CODES
    hashes = {totp.recovery_hash(each) for each in codes}
    assert len(hashes) == totp.RECOVERY_CODES
    assert totp.recovery_hash(f" {codes[0].lower().replace('-', ' ')} ") in hashes
