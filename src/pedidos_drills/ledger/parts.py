"""Refunds in part: each was made once, and all of them stay within what was taken."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredRefund:
    """A refund in part. request_key: of the request that made it. status: as it is stored."""

    id: str
    order_id: str
    request_key: str
    amount_cents: int
    status: str


def book_key(refund: StoredRefund) -> str:
    """The key under which the gateway must have returned it. Written here once more: the ledger does not trust the
    platform."""
    return f"refund:{refund.order_id}:{refund.id}"


def problems(
    total_cents: int, returned_cents: int, refunds: Sequence[StoredRefund], book: Mapping[str, int]
) -> Iterator[str]:
    """What is wrong with its refunds in part: each was made once, for its amount, and all of them stay within the
    total. returned_cents: what the order's payment counts. book: the provider's, by key."""
    parts = dict(book)
    counted = sum(each.amount_cents for each in refunds if each.status != "refused")
    if counted > total_cents:
        yield f"{counted} cents are given back in part, of {total_cents}"
    if counted != returned_cents:
        yield f"{returned_cents} cents are counted as given back in part, its refunds say {counted}"
    for key, count in Counter(each.request_key for each in refunds).items():
        if count > 1:
            yield f"{count} refunds under the key {key}"
    for each in refunds:
        made = parts.pop(book_key(each), 0)
        if each.status == "refused":
            yield f"the provider refuses a refund of {each.amount_cents} cents that was accepted"
        elif made != each.amount_cents:
            yield f"a refund of {each.amount_cents} cents is {each.status}; the provider has returned {made} for it"
    for key, cents in parts.items():
        yield f"{cents} cents were given back under the key {key}, which is that of no refund"
