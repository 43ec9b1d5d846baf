"""An api and a live process with keys of their own: these tests discard them."""

from tests.integration.api.conftest import serve, world
from tests.integration.hostile.conftest import api, folder, keys_dir, live, live_server, tokens

__all__ = ["api", "folder", "keys_dir", "live", "live_server", "serve", "tokens", "world"]  # fixtures
