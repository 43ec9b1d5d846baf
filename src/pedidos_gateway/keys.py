"""Authorization of the simulator: the platform for charges, drills for faults and the whole book."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Middleware

from pedidos_gateway.answers import problem

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PROBES = frozenset({"/livez", "/readyz"})
"""They report only whether the process works."""


@dataclass(frozen=True, slots=True)
class Keys:
    """platform is for these paths and what is below them, admin for everything else."""

    platform: str = field(repr=False)
    admin: str = field(repr=False)
    paths: tuple[str, ...] = ("/v1/charges",)

    def allow(self, path: str, authorization: str) -> bool:
        """Whether a request for the path with this Authorization header is allowed (bearer tokens, RFC 6750)."""
        if path in PROBES:
            return True
        ours = any(path == each or path.startswith(f"{each}/") for each in self.paths)
        expected = f"Bearer {self.platform if ours else self.admin}"
        given = authorization.encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, expected.encode())  # takes as long for a wrong key as for an almost right one


def only_with_key(keys: Keys) -> Middleware:
    """Answers 401 to requests without the key for their path."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if keys.allow(request.path, request.headers.get("Authorization", "")):
            return await handler(request)
        refused = problem(401, "This needs a key: Authorization: Bearer KEY.")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused

    return check
