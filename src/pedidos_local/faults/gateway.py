"""The faults of the payment gateway simulator, read and set through its own interface."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from pedidos.payments.access import authorization
from pedidos_gateway.faults import Faults
from pedidos_local.supervisor import Refused

ANSWER_SECONDS = 2.0
NO_FAULTS = asdict(Faults())


class Silent(Exception):
    """The simulator does not answer."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """url: the simulator's, on loopback. admin_key: for its faults."""

    url: str
    admin_key: str | None

    async def faults(self) -> dict[str, object]:
        """What is set now. Raises Silent, Refused."""
        return await asyncio.to_thread(self._exchange, "GET", None)

    async def set(self, faults: Mapping[str, object]) -> None:
        """Replaces what is set; none: it works. Raises Silent, Refused."""
        await asyncio.to_thread(self._exchange, "PUT", dict(faults))

    def _exchange(self, method: str, body: Mapping[str, object] | None) -> dict[str, object]:
        address = urlsplit(self.url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=ANSWER_SECONDS)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, "/v1/faults", content, authorization(self.admin_key))
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            raise Silent(f"The gateway does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise Refused(f"The gateway answers {answer.status}: {text.decode(errors='replace')[:200]}")
        shown = json.loads(text)
        return dict(shown)
