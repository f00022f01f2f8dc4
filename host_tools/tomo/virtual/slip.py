"""SLIP frames: C0 ends one, DB DC stands for C0 and DB DD for DB.

Source: RFC 1055.
"""

_END = b"\xc0"


class Frames:
    """Takes bytes as they come, in pieces of any size; gives whole frames."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that end in `data`, without those of no byte."""
        first, *others = data.split(_END)
        self._begun.append(first)
        if not others:
            return []
        *whole, begun = (b"".join(self._begun), *others)
        self._begun = [begun]
        return [_plain(frame) for frame in whole if frame]


def framed(data: bytes) -> bytes:
    return _END + data.replace(b"\xdb", b"\xdb\xdd").replace(_END, b"\xdb\xdc") + _END


def _plain(frame: bytes) -> bytes:
    return frame.replace(b"\xdb\xdc", _END).replace(b"\xdb\xdd", b"\xdb")
