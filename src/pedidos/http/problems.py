"""Every way in which the API says no: one error tree, each leaf a problem type of RFC 9457."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from pedidos.errors import PedidosError


class FieldError(NamedTuple):
    """field is a dotted path into the request, such as items.0.quantity."""

    field: str
    message: str


class Problem(PedidosError):
    """An answer in the form application/problem+json. Subclasses are the problem types; about is for the documents."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        """members are further members of the document, such as actual_total_cents."""
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.extra_headers = headers or {}
        self.members = members

    @classmethod
    def uri(cls) -> str:
        """The type of the problem: a relative reference, served as a page."""
        return f"/problems/{cls.slug}"

    def document(self, request_id: str) -> dict[str, Any]:
        """The members of the answer's body."""
        document: dict[str, Any] = {"type": self.uri(), "title": self.title, "status": self.status}
        if self.detail:
            document["detail"] = self.detail
        if self.errors:
            document["errors"] = [error._asdict() for error in self.errors]
        return document | self.members | {"request_id": request_id}


class BadRequest(Problem):
    status, slug, title = 400, "bad-request", "The request cannot be read"
    about = "The HTTP request itself is malformed: a broken header, a broken chunk, a body that ended early."


class MalformedJson(Problem):
    status, slug, title = 400, "malformed-json", "The body is not JSON"
    about = (
        "The body does not follow RFC 8259: a syntax error, a number that JSON does not know, bytes that are not "
        "UTF-8, a byte order mark."
    )


class IdempotencyKeyMissing(Problem):
    status, slug, title = 400, "idempotency-key-missing", "An Idempotency-Key is needed"
    about = (
        "Placing an order needs the header Idempotency-Key: 1 to 128 letters, digits or characters of . _ ~ : + / = -, "
        "in double quotes or without. Choose a new one for each order, and send the same one when you repeat a request."
    )


class Unauthenticated(Problem):
    status, slug, title = 401, "unauthenticated", "Sign in first"
    about = (
        "The route needs an access token (Authorization: Bearer …), and there was none, or it is not valid any more."
    )
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="pedidos"'}


class WrongCredentials(Problem):
    status, slug, title = 401, "wrong-credentials", "E-mail address or password is wrong"
    about = "No active account has this e-mail address and this password. Which of the two is wrong is not told."
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="pedidos"'}


class InvalidRefreshToken(Problem):
    status, slug, title = 401, "invalid-refresh-token", "The refresh token cannot be used"
    about = (
        "The refresh token is unknown, expired, revoked or was used before. A token that was used before ends its "
        "session, since somebody may have stolen it: sign in again. For a short time the same client (its address and "
        "its User-Agent) may send it again, and gets the tokens that hold now."
    )
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="pedidos"'}


class Forbidden(Problem):
    status, slug, title = 403, "forbidden", "Your role may not do this"
    about = "The route is for other roles than yours: see the table of permissions."


class NotFound(Problem):
    status, slug, title = 404, "not-found", "There is nothing here"
    about = "There is no such address or resource, or the resource belongs to another account: the answer is the same."


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", "The address does not take this method"
    about = "The header Allow lists the methods that the address takes."


class EmailTaken(Problem):
    status, slug, title = 409, "email-taken", "There is an account with this e-mail address"
    about = "An account with this e-mail address exists already: sign in instead."


class TotalDiffers(Problem):
    status, slug, title = 409, "out-of-date-total", "The order costs something else now"
    about = (
        "expected_total_cents is not what the order costs by the catalogue. Nothing was ordered. actual_total_cents is "
        "what it would cost: show it to the customer, and order again with a new Idempotency-Key if it is accepted."
    )


class RequestInFlight(Problem):
    status, slug, title = 409, "request-in-flight", "The same request is being handled"
    about = "A request with this Idempotency-Key has not finished yet: repeat yours a little later to get its answer."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class MoveRefused(Problem):
    status, slug, title = 409, "move-refused", "The order cannot be moved on so"
    about = (
        "The state of the order does not allow it: detail says why. The state diagram is in the architecture document."
    )


class BodyTooLarge(Problem):
    status, slug, title = 413, "body-too-large", "The body is too large"
    about = "The request body is larger than the server accepts (64 KiB unless it is set otherwise)."


class UnsupportedMediaType(Problem):
    status, slug, title = 415, "unsupported-media-type", "The body must be JSON"
    about = "A request with a body needs the header Content-Type: application/json."


class InvalidFields(Problem):
    status, slug, title = 422, "invalid-fields", "Some fields are not valid"
    about = "The request can be read but breaks a rule: errors names each field and what is wrong with it."


class IdempotencyKeyReused(Problem):
    status, slug, title = 422, "idempotency-key-reused", "The Idempotency-Key belongs to another request"
    about = "Within 24 hours you sent another request under this Idempotency-Key. Choose a new key for a new order."


class TooManyRequests(Problem):
    status, slug, title = 429, "too-many-requests", "Too many requests"
    about = (
        "Too many attempts from this client address, or too many lists of this account at a time: wait the seconds "
        "that Retry-After says."
    )


class InternalError(Problem):
    status, slug, title = 500, "internal-error", "Something went wrong on our side"
    about = "A fault of the server. It is logged under the request_id: name that when you report it."


class Unavailable(Problem):
    status, slug, title = 503, "unavailable", "Not available at the moment"
    about = (
        "The database cannot be reached, or does not answer in time. Repeat the request after the seconds that "
        "Retry-After says; with the same Idempotency-Key an order is still placed once only."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class OutcomeUnknown(Problem):
    status, slug, title = 503, "outcome-unknown", "Whether it was done is not known"
    about = (
        "The connection to the database was lost at the commit, so the request may or may not have been carried out. "
        "Look before you repeat it: read the order, the product, the list of products or the merchant; after a "
        "registration, try to sign in."
    )


class Held(Problem):
    status, slug, title = 503, "held", "Something that this needs is held at the moment"
    about = (
        "Another change holds the account, the product, the order or whatever else the request needs, or the database "
        "takes too long over it. Nothing was done; requests that do not need it are served. Repeat yours after the "
        "seconds that Retry-After says, an order with the same Idempotency-Key."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class Busy(Problem):
    status, slug, title = 503, "busy", "The server is busy with requests of this kind"
    about = (
        "As many lists, or as many requests other than orders, are under way as the server takes at a time. The "
        "database is there, and orders can be placed. Repeat the request after the seconds that Retry-After says."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


def catalogue() -> list[type[Problem]]:
    """Every problem type, by status and slug."""
    return sorted(Problem.__subclasses__(), key=lambda problem: (problem.status, problem.slug))
