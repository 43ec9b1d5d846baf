"""Signs the body alone. Breaks the drill's own check: subscribers cannot tell a request from an old one."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from pedidos.security.webhook_signing import Secret
from pedidos.sentence import Sentence
from pedidos_drills.ledger.verdict import OWN
from pedidos_drills.safeguard import Safeguard


def sign_body(secrets: Sequence[Secret], message_id: str, timestamp: int, body: bytes) -> str:  # noqa: ARG001  # called as the original is
    made = (hmac.digest(secret.raw, body, hashlib.sha256) for secret in secrets)
    return " ".join(
        f"{secret.scheme},{base64.b64encode(each).decode()}" for secret, each in zip(secrets, made, strict=True)
    )


SAFEGUARD = Safeguard(
    "webhook-signature",
    guards="A webhook is signed with its id and its time, by each secret of its endpoint.",
    off=Sentence("Its body alone is signed, with each secret as if it were a shared one."),
    needs="subscribers-fail",
    invariant=OWN,
    replaced={"pedidos.security.webhook_signing:signatures": sign_body},
)
