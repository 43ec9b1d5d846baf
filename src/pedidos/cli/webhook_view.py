"""How the command `webhooks` shows endpoints and deliveries: as lines, and as members of a JSON document."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from pedidos.storage.webhooks.deliveries import State, WholeDelivery
    from pedidos.storage.webhooks.endpoints import Endpoint

MOST_URL, MOST_DESCRIPTION = 2000, 200


def state_of(state: str | None) -> "State | None":
    """A state that was checked at the edge."""
    return cast("State | None", state)


def written(at: datetime | None) -> str | None:
    """A moment for JSON."""
    return None if at is None else at.isoformat()


def moment(at: datetime) -> str:
    """A moment for people."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def endpoint_line(found: "Endpoint") -> str:
    owner = str(found.merchant_id) if found.merchant_id else phrase("operators")
    told = [phrase("waiting: {count}", count=found.waiting)]
    if found.failures:
        told.append(phrase("failed in a row: {count}", count=found.failures))
    if found.held_until:
        told.append(phrase("next trial at {at}", at=moment(found.held_until)))
    if found.types:
        told.append(", ".join(found.types))
    return "  ".join([str(found.id), f"{found.state:<4}", owner, found.url, *told])


def endpoint_members(found: "Endpoint") -> dict[str, Any]:
    """The endpoint for JSON, without its secrets."""
    return {
        "id": str(found.id),
        "merchant_id": str(found.merchant_id) if found.merchant_id else None,
        "url": found.url,
        "types": list(found.types),
        "description": found.description,
        "state": found.state,
        "created_at": written(found.created_at),
        "waiting": found.waiting,
        "failures": found.failures,
        "held_until": written(found.held_until),
    }


def delivery_lines(found: "WholeDelivery", *, whole: bool) -> Iterator[str]:
    """whole: with the body."""
    yield f"{found.id}  {found.created_at:%Y-%m-%d %H:%M:%S}  {found.state:<9}  {found.type:<18}  {found.order_id}"
    if found.state == "waiting":
        yield "    " + phrase("next attempt at {at}", at=moment(found.next_attempt))
    for each in found.tried:
        at = datetime.fromisoformat(each["at"])
        said = each["reason"] or each["answer"]
        tried = f"    {each['number']:>2}  {at:%Y-%m-%d %H:%M:%S}  {each['status']:>3}  {each['took_ms']} ms  {said}"
        yield tried.rstrip()
    if whole:
        yield found.body


def delivery_members(found: "WholeDelivery") -> dict[str, Any]:
    """The delivery for JSON, with its attempts and its body."""
    return {
        "id": str(found.id),
        "webhook_id": f"{found.order_id.hex}-{found.version}",
        "order_id": str(found.order_id),
        "version": found.version,
        "type": found.type,
        "state": found.state,
        "created_at": written(found.created_at),
        "next_attempt": written(found.next_attempt) if found.state == "waiting" else None,
        "settled_at": written(found.settled_at),
        "attempts": found.tried,
        "body": found.body,
    }
