"""Checked with what is not ours: the vectors and the method of the specification, and the public key alone."""

import base64
import hashlib
import hmac

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pedidos.security.webhook_signing import Secret, new_secrets, signatures

MESSAGE, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'


def test_the_vector_of_the_reference_implementations() -> None:
    """From the tests of the Standard Webhooks libraries."""
    secret = Secret("v1", base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    assert secret.shown == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signatures([secret], MESSAGE, AT, BODY) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_secret_signs() -> None:
    first, second = new_secrets(), new_secrets()
    made = signatures([*first, *second], MESSAGE, AT, BODY).split()
    assert [each.partition(",")[0] for each in made] == ["v1", "v1a", "v1", "v1a"]
    assert len(set(made)) == 4
    key = base64.b64decode(second[0].shown.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{MESSAGE}.{AT}.{BODY.decode()}".encode(), hashlib.sha256)
    assert made[2] == f"v1,{base64.b64encode(digest).decode()}"


def test_the_public_key_checks_v1a_and_does_not_sign() -> None:
    _, secret = new_secrets()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(secret.shown.removeprefix("whpk_")))
    signature = base64.b64decode(signatures([secret], MESSAGE, AT, BODY).removeprefix("v1a,"))
    public.verify(signature, f"{MESSAGE}.{AT}.".encode() + BODY)
    with pytest.raises(InvalidSignature):
        public.verify(signature, f"{MESSAGE}.{AT + 1}.".encode() + BODY)
    assert secret.raw not in base64.b64decode(secret.shown.removeprefix("whpk_"))
