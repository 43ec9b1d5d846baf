"""A body that is not JSON is told what its bytes say."""

import pytest
from pydantic_core import from_json

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
        (b" ", "empty"),
        (b"{", "ends before its JSON does, at line 1, column 1"),
        (b'{"a":\n 1,}', "see line 2, column 4"),
        (b'{"a": NaN}', "see line 1"),
        (b"[" * 10_000, "nested too deeply"),
    ],
)
def test_the_cause_is_named(data: bytes, named: str) -> None:
    with pytest.raises(ValueError, match=r".") as said:
        from_json(data, allow_inf_nan=False)
    assert named in why(data, str(said.value))


def test_a_message_without_a_place_is_a_sentence_too() -> None:
    assert why(b"{", "what the parser said") == "The body is not JSON."
