"""Records that are signed with the key of the test platforms, as those of a broken producer of ours would be."""

from pedidos.messaging.codec import Headers
from pedidos.messaging.signatures import RecordKeys
from tests.support.settings import RECORD_KEYS

KEYS = RecordKeys(RECORD_KEYS)


def signed(topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> Headers:
    """The headers, with a signature."""
    return KEYS.sign(topic, key or b"", value or b"", headers)
