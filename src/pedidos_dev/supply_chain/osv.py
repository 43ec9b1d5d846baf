"""Asks a service that has the API of osv.dev about components, and makes a snapshot of its answers."""

import json
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pedidos_dev.supply_chain.components import Component, Kind
from pedidos_dev.supply_chain.snapshot import Snapshot

SERVICE = "https://api.osv.dev"
ASKED = frozenset({Kind.LIBRARY, Kind.SERVER})
"""The service knows packages and servers by their versions. It does not know images."""
AT_ONCE = 500
"""Queries in one request; the service takes 1,000."""
SECONDS = 30


def take(components: Iterable[Component], service: str = SERVICE) -> Snapshot:
    """A snapshot of now. Raises OSError if the service cannot be reached, and ValueError for an answer that is none."""
    asked = [component.name for component in components if component.kind in ASKED]
    covered: dict[str, list[str]] = {}
    for begin in range(0, len(asked), AT_ONCE):
        covered |= _ask(service, asked[begin : begin + AT_ONCE])
    ids = sorted({advisory for found in covered.values() for advisory in found})
    advisories = {advisory: _json(f"{service}/v1/vulns/{advisory}") for advisory in ids}
    return Snapshot(datetime.now(UTC), covered, advisories)


def _ask(service: str, names: list[str]) -> dict[str, list[str]]:
    """The ids of the advisories for each name. An answer may have further pages."""
    found: dict[str, list[str]] = {name: [] for name in names}
    queries: list[tuple[str, str | None]] = [(name, None) for name in names]
    while queries:
        body = {"queries": [{"package": {"purl": name}} | ({"page_token": t} if t else {}) for name, t in queries]}
        results = _json(f"{service}/v1/querybatch", body)["results"]
        if len(results) != len(queries):
            raise ValueError(f"{len(queries)} queries have {len(results)} answers")
        further: list[tuple[str, str | None]] = []
        for (name, _), result in zip(queries, results, strict=True):
            found[name] += [each["id"] for each in result.get("vulns", [])]
            if result.get("next_page_token"):
                further.append((name, result["next_page_token"]))
        queries = further
    return found


def _json(url: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310  # https, as given
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        content: dict[str, Any] = json.load(answer)
        return content
