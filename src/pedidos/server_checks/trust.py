"""Whether an error of the task broker's client is about TLS: that stays until somebody changes something."""

import ssl
from collections.abc import Iterator

from pedidos.errors import first_line
from pedidos.sentence import Sentence
from pedidos.server_checks.findings import Flaw

_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"


def tls_flaw(server: str, error: BaseException) -> Flaw | None:
    """What is wrong, if that is the certificate, or that the server does not speak TLS."""
    for cause in _causes(error):
        told = f"{cause} {cause.reason if isinstance(cause, ssl.SSLError) else ''}"
        if _UNTRUSTED in told:
            reason = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else first_line(cause)
            what = Sentence("Its certificate is not to be trusted ({reason}).", reason=reason)
            advice = Sentence("Set PEDIDOS_BROKER_CA_FILE to its authority, and use a name that it stands for.")
            return Flaw(server, what, advice)
        if any(name in told for name in _NO_TLS):
            what = Sentence("It does not speak TLS where we expect it.")
            return Flaw(server, what, Sentence("Correct the port in PEDIDOS_BROKER_URL, or how the address begins."))
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
