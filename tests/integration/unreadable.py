"""What makes a record that kafka-python cannot take apart."""


class NotUtf8(str):
    """A header's name as nobody should write it."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"
