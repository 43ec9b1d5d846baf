"""The problem types of the API (RFC 9457): one class each, with one root."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from pedidos.errors import PedidosError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="pedidos"'}


class FieldError(NamedTuple):
    """field: a dotted path into the request, such as items.0.quantity."""

    field: str
    message: str


class Problem(PedidosError):
    """A response of the form application/problem+json. Subclasses are the problem types. about: for the documents."""

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
        """members: further members of the document, such as actual_total_cents."""
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
        """The members of the body of the response."""
        document: dict[str, Any] = {"type": self.uri(), "title": self.title, "status": self.status}
        if self.detail:
            document["detail"] = self.detail
        if self.errors:
            document["errors"] = [error._asdict() for error in self.errors]
        return document | self.members | {"request_id": request_id}


class BadRequest(Problem):
    status, slug, title = 400, "bad-request", "The request cannot be read"
    about = "The HTTP request is malformed: a broken header, a broken chunk, or a body that ends early."


class MalformedJson(Problem):
    status, slug, title = 400, "malformed-json", "The body is not JSON"
    about = (
        "The body does not follow RFC 8259: it has a syntax error, a number that JSON does not allow, bytes that "
        "are not UTF-8, or a byte order mark."
    )


class IdempotencyKeyMissing(Problem):
    status, slug, title = 400, "idempotency-key-missing", "An Idempotency-Key is required"
    about = (
        "Placing an order requires the header Idempotency-Key: 1 to 128 letters, digits or characters of . _ ~ : + "
        "/ = -, with or without double quotes. Use a new key for each order. Send the same key again when you "
        "repeat a request."
    )


class Unauthenticated(Problem):
    status, slug, title = 401, "unauthenticated", "Authentication is required"
    about = (
        "The route requires an access token (Authorization: Bearer …). The token is missing, has expired or is not "
        "valid."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class WrongCredentials(Problem):
    status, slug, title = 401, "wrong-credentials", "The e-mail address or the password is wrong"
    about = (
        "No active account has this e-mail address and this password. The answer does not say which of the two is "
        "wrong."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class SecondFactorRequired(Problem):
    status, slug, title = 401, "second-factor-required", "A code of the second factor is required"
    about = (
        "The password is right, and the account has a second factor. Repeat the request with code: six digits of the "
        "app, or a recovery code."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class WrongCode(Problem):
    status, slug, title = 401, "wrong-code", "The code is wrong"
    about = (
        "The code is not of about now, or was used before. Each code of the app, and each recovery code, counts once."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class InvalidRefreshToken(Problem):
    status, slug, title = 401, "invalid-refresh-token", "The refresh token cannot be used"
    about = (
        "The refresh token is unknown, expired, revoked or already used. Using it a second time ends the session, "
        "because the token may have been stolen: sign in again. For a short time the same client (same address and "
        "User-Agent) may send it again, and gets the current tokens."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class Forbidden(Problem):
    status, slug, title = 403, "forbidden", "Your role is not allowed to do this"
    about = "The route is for other roles: see the table of permissions."


class SecondFactorMissing(Problem):
    status, slug, title = 403, "second-factor-missing", "Operators need a second factor here"
    about = (
        "This platform requires a second factor of operators, and the account has none. Sign in on the pages to add "
        "one: Your account, Second factor."
    )


class AddressNotConfirmed(Problem):
    status, slug, title = 403, "address-not-confirmed", "The e-mail address is not confirmed yet"
    about = (
        "Ordering requires a confirmed e-mail address: open the page in the mail that followed the registration. "
        "POST /v1/me/verification writes another mail. Refresh the tokens afterwards."
    )


class NotFound(Problem):
    status, slug, title = 404, "not-found", "Not found"
    about = "There is no such address or resource, or it belongs to another account. The answer does not say which."


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", "The method is not allowed"
    about = "The header Allow lists the methods of this address."


class OrdersUnfinished(Problem):
    status = 409
    slug = "orders-unfinished"
    title = "Some of your orders have not ended"
    about = "An account can be erased when its orders have ended and the money of cancelled ones has been returned."


class SecondFactorPresent(Problem):
    status, slug, title = 409, "second-factor-present", "The account has a second factor already"
    about = "Remove the second factor before you add another one."


class Conflict(Problem):
    status, slug, title = 409, "conflict", "The request conflicts with stored data"
    about = (
        "A rule of the database refuses the change: what the request refers to is gone, or exists already. Nothing "
        "was done. Read it again, and send a request that fits what is there."
    )


class TotalDiffers(Problem):
    status, slug, title = 409, "out-of-date-total", "The total is out of date"
    about = (
        "expected_total_cents is not what the order costs now. No order was placed. actual_total_cents is the "
        "current total: show it to the customer. If they accept it, place the order with a new Idempotency-Key."
    )


class RequestInFlight(Problem):
    status, slug, title = 409, "request-in-flight", "The request is still in progress"
    about = "A request with this Idempotency-Key has not finished. Repeat yours after a moment to get its answer."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class MoveRefused(Problem):
    status, slug, title = 409, "move-refused", "The state of the order does not allow this"
    about = (
        "The order cannot change to the requested state: detail says why. docs/generated/states.md has the diagram of "
        "all states."
    )


class InvalidLink(Problem):
    status, slug, title = 410, "invalid-link", "The link cannot be used"
    about = "The token of the link is unknown, was used before, or has expired. Ask for another mail."


class BodyTooLarge(Problem):
    status, slug, title = 413, "body-too-large", "The body is too large"
    about = "The request body is larger than the server accepts (64 KiB by default)."


class UnsupportedMediaType(Problem):
    status, slug, title = 415, "unsupported-media-type", "The body must be JSON"
    about = "A request with a body requires the header Content-Type: application/json."


class InvalidFields(Problem):
    status, slug, title = 422, "invalid-fields", "Some fields are not valid"
    about = "The request is well-formed but breaks a rule: errors lists each field and what is wrong with it."


class IdempotencyKeyReused(Problem):
    status, slug, title = 422, "idempotency-key-reused", "The Idempotency-Key was used for another request"
    about = (
        "You sent a different request with this Idempotency-Key within the last 24 hours. Use a new key for a new "
        "order."
    )


class TooManyRequests(Problem):
    status, slug, title = 429, "too-many-requests", "Too many requests"
    about = (
        "This client address has made too many attempts, or this account reads too many lists at the same time. "
        "Wait for the number of seconds in Retry-After."
    )


class OrderLimitReached(Problem):
    status, slug, title = 429, "order-limit-reached", "The account has reached a limit on orders"
    about = (
        "With this order, the account would exceed one of its limits. limit says which one: orders_per_minute, "
        "unpaid_orders (orders that wait for their payment) or unpaid_units (units of one product in these orders); "
        "most is its value. No order was placed. Repeat the request with the same Idempotency-Key after the number of "
        "seconds in Retry-After, or cancel an order that you have not paid."
    )


class TooManyStreams(Problem):
    status, slug, title = 429, "too-many-streams", "Too many live streams"
    about = (
        "This customer, merchant or operator has as many live streams as one may have: most says how many. Close one, "
        "or wait for the number of seconds in Retry-After."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class InternalError(Problem):
    status, slug, title = 500, "internal-error", "Internal error"
    about = "The server has a fault. It is logged under the request_id: include the request_id when you report it."


class Unavailable(Problem):
    status, slug, title = 503, "unavailable", "Temporarily unavailable"
    about = (
        "The database cannot be reached or does not answer in time. Repeat the request after the number of seconds "
        "in Retry-After. With the same Idempotency-Key, an order is placed only once."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class OutcomeUnknown(Problem):
    status, slug, title = 503, "outcome-unknown", "The outcome is unknown"
    about = (
        "The connection to the database was lost during the commit, so the request may or may not have been "
        "carried out. Check before you repeat it: read the order, the product, the list of products or the "
        "merchant. A registration can be repeated: the address gets another mail."
    )


class Held(Problem):
    status, slug, title = 503, "held", "Another change holds what this request needs"
    about = (
        "Another change holds the account, the product, the order or another row that the request needs, or the "
        "database took too long. Nothing was done. Requests that do not need it are served. Repeat the request "
        "after the number of seconds in Retry-After; repeat an order with the same Idempotency-Key."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class Busy(Problem):
    status, slug, title = 503, "busy", "The server is busy"
    about = (
        "The server handles as many lists, as many passwords, or as many requests other than orders, as it accepts at "
        "a time. The database works, and orders can be placed. Repeat the request after the number of seconds in "
        "Retry-After."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


def catalogue() -> list[type[Problem]]:
    """Every problem type, by status and slug."""
    return sorted(Problem.__subclasses__(), key=lambda problem: (problem.status, problem.slug))
