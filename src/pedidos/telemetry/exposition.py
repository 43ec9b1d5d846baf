"""The text of /metrics, in the format that the client accepts."""

import threading
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

FRESH_SECONDS = 0.5
"""A text that is younger is sent again: a neighbour who asks without end costs the process next to nothing."""


class Exposition:
    """The text of a registry: OpenMetrics, or Prometheus' older format."""

    def __init__(self, registry: CollectorRegistry, before: Callable[[], None] = lambda: None) -> None:
        """before: called before each text is made; for values that are read only while somebody asks."""
        self._registry = registry
        self._before = before
        self._making = threading.Lock()
        self._made: dict[str, tuple[float, bytes]] = {}

    def text(self, accept: str | None) -> tuple[str, bytes]:
        """The content type, and the text, which is at most FRESH_SECONDS old."""
        encode, content_type = choose_encoder(accept or "")
        with self._making:
            made, text = self._made.get(content_type, (0.0, b""))
            if not text or time.monotonic() - made > FRESH_SECONDS:
                self._before()
                text = encode(self._registry)
                self._made = {content_type: (time.monotonic(), text)}
        return content_type, text
