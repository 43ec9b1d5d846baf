"""Which pages there are, and which page an address is of."""

from collections.abc import Collection
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from pedidos.processes.web.app import app_without_services
from pedidos.processes.web.more_pages import MorePages


class Routes:
    """The views of the process web that answer GET."""

    def __init__(self, more: MorePages) -> None:
        self._map = app_without_services(more).url_map
        self._adapter = self._map.bind("localhost")

    def rules(self) -> dict[str, Rule]:
        """The rule of each endpoint."""
        return {rule.endpoint: rule for rule in self._map.iter_rules() if "GET" in (rule.methods or ())}

    def endpoint(self, address: str) -> str | None:
        """The endpoint that answers this address; None if it belongs to no page."""
        try:
            return str(self._adapter.match(urlsplit(address).path, method="GET")[0])
        except HTTPException:
            return None

    def unseen(self, seen: Collection[str]) -> list[str]:
        """The rules of the endpoints that are not among the seen ones."""
        return sorted(str(rule) for endpoint, rule in self.rules().items() if endpoint not in seen)
