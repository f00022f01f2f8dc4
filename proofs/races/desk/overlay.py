"""A chip's memory that remembers what is written, and leaves the chip's file as it was.

Copies of a node would share the file, and where it is read.
"""

from micropython import const

_PAGE = const(256)


class Overlay:
    """Bytes by slices, over those of `below`."""

    def __init__(self, below) -> None:
        self._below = below
        self._pages = {}

    def __len__(self) -> int:
        return len(self._below)

    def __getitem__(self, span: slice) -> bytearray:
        first, data = span.start, bytearray()
        for page in range(first // _PAGE, (span.stop + _PAGE - 1) // _PAGE):
            data += self._pages.get(page) or self._read(page)
        skip = first % _PAGE
        return data[skip : skip + span.stop - first]

    def __setitem__(self, span: slice, data) -> None:
        at, done = span.start, 0
        while done < len(data):
            page, offset = divmod(at + done, _PAGE)
            if page not in self._pages:
                self._pages[page] = bytearray(self._read(page))
            size = min(_PAGE - offset, len(data) - done)
            self._pages[page][offset : offset + size] = data[done : done + size]
            done += size

    def _read(self, page: int) -> bytes:
        return self._below[_PAGE * page : _PAGE * (page + 1)]
