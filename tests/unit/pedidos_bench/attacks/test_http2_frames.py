"""The frames are those of RFC 9113 and RFC 7541."""

from pedidos_bench.attacks import http2_frames


def test_a_connection_begins_with_the_preface_and_its_window() -> None:
    window = bytes.fromhex("000006 04 00 00000000 0004 00000000")
    assert http2_frames.greeting(0) == b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + window


def test_a_request_is_one_frame_that_ends_its_stream() -> None:
    frame = http2_frames.get(2, "a", "/", {"b": "c"})
    assert frame[3:9] == bytes.fromhex("01 05 00000005")
    assert int.from_bytes(frame[:3], "big") == len(frame) - 9
    assert frame.endswith(b"\x00\x05:path\x01/\x00\x01b\x01c")


def test_a_long_value_has_its_length_as_an_integer_with_a_prefix() -> None:
    """RFC 7541, C.1.2: 1337 with a prefix of five bits; with seven bits, 127 and what is left."""
    frame = http2_frames.get(0, "a", "/" + "x" * 1336)
    assert b"\x05:path" + bytes((0x7F, (1337 - 127) % 128 + 128, (1337 - 127) // 128)) + b"/xxx" in frame
