"""The problem types of the API (RFC 9457): one class each, with one root."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from pedidos.errors import PedidosError
from pedidos.sentence import Sentence, Translate

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="pedidos"'}


class FieldError(NamedTuple):
    """field: a dotted path into the request, such as items.0.quantity."""

    field: str
    message: Sentence


class Problem(PedidosError):
    """A response of the form application/problem+json. Subclasses are the problem types. about: for the documents."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[Sentence]
    about: ClassVar[Sentence]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        detail: Sentence | None = None,
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

    def document(self, request_id: str, translate: Translate = str) -> dict[str, Any]:
        """The members of the body of the response. translate: into the language of its sentences."""
        document: dict[str, Any] = {"type": self.uri(), "title": self.title.said(translate), "status": self.status}
        if self.detail:
            document["detail"] = self.detail.said(translate)
        if self.errors:
            document["errors"] = [
                {"field": each.field, "message": each.message.said(translate)} for each in self.errors
            ]
        return document | self.members | {"request_id": request_id}


class BadRequest(Problem):
    status, slug, title = 400, "bad-request", Sentence("The request cannot be read")
    about = Sentence("The HTTP request is malformed: a broken header, a broken chunk, or a body that ends early.")


class MalformedJson(Problem):
    status, slug, title = 400, "malformed-json", Sentence("The body is not JSON")
    about = Sentence(
        "The body does not follow RFC 8259: it has a syntax error, a number that JSON does not allow, bytes that "
        "are not UTF-8, or a byte order mark."
    )


class IdempotencyKeyMissing(Problem):
    status, slug, title = 400, "idempotency-key-missing", Sentence("An Idempotency-Key is required")
    about = Sentence(
        "Placing an order requires the header Idempotency-Key: 1 to 128 letters, digits or characters of . _ ~ : + "
        "/ = -, with or without double quotes. Use a new key for each order. Send the same key again when you "
        "repeat a request."
    )


class Unauthenticated(Problem):
    status, slug, title = 401, "unauthenticated", Sentence("Authentication is required")
    about = Sentence(
        "The route requires an access token (Authorization: Bearer …). The token is missing, has expired or is not "
        "valid."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class WrongCredentials(Problem):
    status, slug, title = 401, "wrong-credentials", Sentence("The e-mail address or the password is wrong")
    about = Sentence(
        "No active account has this e-mail address and this password. The answer does not say which of the two is "
        "wrong."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class SecondFactorRequired(Problem):
    status, slug, title = 401, "second-factor-required", Sentence("A code of the second factor is required")
    about = Sentence(
        "The password is right, and the account has a second factor. Repeat the request with code: six digits of the "
        "app, or a recovery code."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class WrongCode(Problem):
    status, slug, title = 401, "wrong-code", Sentence("The code is wrong")
    about = Sentence(
        "The code is not of about now, or was used before. Each code of the app, and each recovery code, counts once."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class InvalidRefreshToken(Problem):
    status, slug, title = 401, "invalid-refresh-token", Sentence("The refresh token cannot be used")
    about = Sentence(
        "The refresh token is unknown, expired, revoked or already used. Using it a second time ends the session, "
        "because the token may have been stolen: sign in again. For a short time the same client (same address and "
        "User-Agent) may send it again, and gets the current tokens."
    )
    headers: ClassVar[Mapping[str, str]] = _CHALLENGE


class Forbidden(Problem):
    status, slug, title = 403, "forbidden", Sentence("Your role is not allowed to do this")
    about = Sentence("The route is for other roles: see the table of permissions.")


class SecondFactorMissing(Problem):
    status, slug, title = 403, "second-factor-missing", Sentence("Operators need a second factor here")
    about = Sentence(
        "This platform requires a second factor of operators, and the account has none. Sign in on the pages to add "
        "one: Your account, Second factor."
    )


class AddressNotConfirmed(Problem):
    status, slug, title = 403, "address-not-confirmed", Sentence("The e-mail address is not confirmed yet")
    about = Sentence(
        "Ordering requires a confirmed e-mail address: open the page in the mail that followed the registration. "
        "POST /v1/me/verification writes another mail. Refresh the tokens afterwards."
    )


class NotFound(Problem):
    status, slug, title = 404, "not-found", Sentence("Not found")
    about = Sentence(
        "There is no such address or resource, or it belongs to another account. The answer does not say which."
    )


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", Sentence("The method is not allowed")
    about = Sentence("The header Allow lists the methods of this address.")


class OrdersUnfinished(Problem):
    status = 409
    slug = "orders-unfinished"
    title = Sentence("Some of your orders have not ended")
    about = Sentence(
        "An account can be erased when its orders have ended and the money of cancelled ones has been returned."
    )


class SecondFactorPresent(Problem):
    status, slug, title = 409, "second-factor-present", Sentence("The account has a second factor already")
    about = Sentence("Remove the second factor before you add another one.")


class Conflict(Problem):
    status, slug, title = 409, "conflict", Sentence("The request conflicts with stored data")
    about = Sentence(
        "A rule of the database refuses the change: what the request refers to is gone, or exists already. Nothing "
        "was done. Read it again, and send a request that fits what is there."
    )


class TotalDiffers(Problem):
    status, slug, title = 409, "out-of-date-total", Sentence("The total is out of date")
    about = Sentence(
        "expected_total_cents is not what the order costs now. No order was placed. actual_total_cents is the "
        "current total: show it to the customer. If they accept it, place the order with a new Idempotency-Key."
    )


class RequestInFlight(Problem):
    status, slug, title = 409, "request-in-flight", Sentence("The request is still in progress")
    about = Sentence(
        "A request with this Idempotency-Key has not finished. Repeat yours after a moment to get its answer."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class MoveRefused(Problem):
    status, slug, title = 409, "move-refused", Sentence("The state of the order does not allow this")
    about = Sentence(
        "The order cannot change to the requested state: detail says why. docs/generated/states.md has the diagram of "
        "all states."
    )


class InvalidLink(Problem):
    status, slug, title = 410, "invalid-link", Sentence("The link cannot be used")
    about = Sentence("The token of the link is unknown, was used before, or has expired. Ask for another mail.")


class BodyTooLarge(Problem):
    status, slug, title = 413, "body-too-large", Sentence("The body is too large")
    about = Sentence("The request body is larger than the server accepts: 64 KiB by default, 1 MiB for a picture.")


class UnsupportedMediaType(Problem):
    status, slug, title = 415, "unsupported-media-type", Sentence("The body must be JSON")
    about = Sentence("A request with a body requires the header Content-Type: application/json.")


class InvalidFields(Problem):
    status, slug, title = 422, "invalid-fields", Sentence("Some fields are not valid")
    about = Sentence("The request is well-formed but breaks a rule: errors lists each field and what is wrong with it.")


class IdempotencyKeyReused(Problem):
    status, slug, title = 422, "idempotency-key-reused", Sentence("The Idempotency-Key was used for another request")
    about = Sentence(
        "You sent a different request with this Idempotency-Key within the last 24 hours. Use a new key for a new "
        "order."
    )


class TooManyRequests(Problem):
    status, slug, title = 429, "too-many-requests", Sentence("Too many requests")
    about = Sentence(
        "This client address has made too many attempts, or this account reads too many lists at the same time. "
        "Wait for the number of seconds in Retry-After."
    )


class OrderLimitReached(Problem):
    status, slug, title = 429, "order-limit-reached", Sentence("The account has reached a limit on orders")
    about = Sentence(
        "With this order, the account would exceed one of its limits. limit says which one: orders_per_minute, "
        "unpaid_orders (orders that wait for their payment) or unpaid_units (units of one product in these orders); "
        "most is its value. No order was placed. Repeat the request with the same Idempotency-Key after the number of "
        "seconds in Retry-After, or cancel an order that you have not paid."
    )


class TooManyStreams(Problem):
    status, slug, title = 429, "too-many-streams", Sentence("Too many live streams")
    about = Sentence(
        "This customer, merchant or operator has as many live streams as one may have: most says how many. Close one, "
        "or wait for the number of seconds in Retry-After."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class InternalError(Problem):
    status, slug, title = 500, "internal-error", Sentence("Internal error")
    about = Sentence(
        "The server has a fault. It is logged under the request_id: include the request_id when you report it."
    )


class Unavailable(Problem):
    status, slug, title = 503, "unavailable", Sentence("Temporarily unavailable")
    about = Sentence(
        "The database cannot be reached or does not answer in time. Repeat the request after the number of seconds "
        "in Retry-After. With the same Idempotency-Key, an order is placed only once."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class OutcomeUnknown(Problem):
    status, slug, title = 503, "outcome-unknown", Sentence("The outcome is unknown")
    about = Sentence(
        "The connection to the database was lost during the commit, so the request may or may not have been "
        "carried out. Check before you repeat it: read the order, the product, the list of products or the "
        "merchant. A registration can be repeated: the address gets another mail."
    )


class Held(Problem):
    status, slug, title = 503, "held", Sentence("Another change holds what this request needs")
    about = Sentence(
        "Another change holds the account, the product, the order or another row that the request needs, or the "
        "database took too long. Nothing was done. Requests that do not need it are served. Repeat the request "
        "after the number of seconds in Retry-After; repeat an order with the same Idempotency-Key."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class Busy(Problem):
    status, slug, title = 503, "busy", Sentence("The server is busy")
    about = Sentence(
        "The server handles as many lists, as many passwords, or as many requests other than orders, as it accepts at "
        "a time. The database works, and orders can be placed. Repeat the request after the number of seconds in "
        "Retry-After."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


def catalogue() -> list[type[Problem]]:
    """Every problem type, by status and slug."""
    return sorted(Problem.__subclasses__(), key=lambda problem: (problem.status, problem.slug))
