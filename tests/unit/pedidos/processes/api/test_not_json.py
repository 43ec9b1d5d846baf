"""A body that is not JSON is told what its bytes say."""

import pytest

from pedidos.processes.api.not_json import why

JSON = '{"a": "é"}'


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (JSON.encode("utf-8-sig"), "byte order mark"),
        (JSON.encode("utf-16"), "UTF-16"),
        (JSON.encode("utf-16-le"), "UTF-16"),
        (JSON.encode("utf-16-be"), "UTF-16"),
        (b"\xfe\xff" + JSON.encode("utf-16-be"), "UTF-16"),
        (JSON.encode("utf-32"), "UTF-32"),
        (JSON.encode("utf-32-be"), "zero bytes"),
        (JSON.encode("latin-1"), "not UTF-8: byte 7 is not valid"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"{", "what the parser said"),
        (b"", "what the parser said"),
    ],
)
def test_the_cause_is_named(data: bytes, named: str) -> None:
    assert named in why(data, "what the parser said")
