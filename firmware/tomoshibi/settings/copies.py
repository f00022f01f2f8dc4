"""A document in flash, twice: the newer whole copy counts, and the older is written over first.

So a cut of the supply at any moment leaves one whole copy or the other; and as both are written,
one after the other, damage to either loses nothing.
"""

import json
from binascii import crc32
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.refusals import FlashBusy
from tomoshibi.wire import copies

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash, Window

_SECTOR = const(4096)
_COUNT = const(4)
_ERASE = const(6)
_PIECE = const(256)
_EIO = const(5)
# What `state` says.
WHOLE = const(0)
BLANK = const(1)  # never written, or the first write ever was cut off
LOST = const(2)  # both were there, and neither is whole


class Copies:
    """The two copies, one in each half of `flash`; `kind` is a letter of wire.copies.

    `window` is asked before they are written, and told of each erase; None, as at start: nobody
    needs to be.

    state      WHOLE, BLANK or LOST, as found at start or after `write`
    sequence   of the copy that counts
    """

    def __init__(self, flash: Flash, kind: int, window: Window | None = None) -> None:
        self._flash = flash
        self._window = window
        self._kind = kind
        self._sectors = flash.ioctl(_COUNT, 0) // 2
        self.room = self._sectors * _SECTOR - copies.SIZE
        self.state = BLANK
        self.sequence = 0
        self.faults = 0
        self._copy = -1
        self._length = self._check = 0
        self._find()

    def read(self) -> dict:
        """The document; empty if there is none."""
        if self._copy < 0:
            return {}
        return json.loads(bytes(self._body(self._copy, self._length)))

    def write(self, document: dict) -> None:
        """Write both copies, the older one first. Raises ValueError if it is too large.

        Raises OSError if one does not read back; then the other still counts. Raises FlashBusy, and
        nothing is written, if the window is not open.
        """
        body = copies.body_of(document)
        if len(body) > self.room:
            raise ValueError(len(body))
        if self._window and not self._window.take():
            raise FlashBusy("the grid is not normal, or a relay has just moved: try again later")
        for _ in range(2):
            self._write_copy(1 - self._copy if self._copy >= 0 else 0, body)
            self._find()

    def head_sector(self) -> int:
        """Where the head of the copy that counts is."""
        return max(0, self._copy) * self._sectors

    def mend(self) -> bool:
        """Bring the other copy up to the one that counts; True if it was not.

        After a cut between the two writes, or damage. Also, the copy written last before a cut
        may read well now and not the next time. One that takes nothing any more is counted in
        `faults` and leaves the node with the copy that counts.
        """
        if self._copy < 0:
            return False
        other = copies.read_head(self._head(1 - self._copy), self._kind)
        if other is not None and other[1] == self._length and other[2] == self._check:
            if crc32(self._body(1 - self._copy, self._length)) == self._check:
                return False
        try:
            self._write_copy(1 - self._copy, bytes(self._body(self._copy, self._length)))
        except OSError:
            self.faults += 1
            return False
        self._find()
        return True

    def _write_copy(self, copy: int, body: bytes) -> None:
        for sector in range(self._sectors):
            self._flash.ioctl(_ERASE, copy * self._sectors + sector)
            if self._window:
                self._window.settle()
        for at in range(0, len(body), _PIECE):
            self._program(copy, copies.SIZE + at, body[at : at + _PIECE])
        if self._body(copy, len(body)) != body:
            raise OSError(_EIO)
        self._program(copy, 0, copies.seal(self._kind, self.sequence + 1, body))

    def _head(self, copy: int) -> bytearray:
        head = bytearray(copies.SIZE)
        self._flash.readblocks(copy * self._sectors, head, 0)
        return head

    def _find(self) -> None:
        self.sequence, self._copy, used = 0, -1, 0
        for copy in range(2):
            head = self._head(copy)
            used += head != b"\xff" * copies.SIZE
            found = copies.read_head(head, self._kind)
            if found is None or found[1] > self.room or found[0] <= self.sequence:
                continue
            sequence, length, check = found
            if crc32(self._body(copy, length)) == check:
                self.sequence, self._length, self._check = sequence, length, check
                self._copy = copy
        self.state = WHOLE if self._copy >= 0 else LOST if used == 2 else BLANK

    def _body(self, copy: int, length: int) -> bytearray:
        body = bytearray(length)
        view = memoryview(body)
        at = 0
        while at < length:
            sector, offset = divmod(copies.SIZE + at, _SECTOR)
            size = min(length - at, _SECTOR - offset)
            self._flash.readblocks(copy * self._sectors + sector, view[at : at + size], offset)
            at += size
        return body

    def _program(self, copy: int, at: int, data) -> None:
        view, done = memoryview(data), 0
        while done < len(data):
            sector, offset = divmod(at + done, _SECTOR)
            size = min(len(data) - done, _SECTOR - offset)
            self._flash.writeblocks(copy * self._sectors + sector, view[done : done + size], offset)
            done += size
