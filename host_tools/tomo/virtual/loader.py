"""A board in its boot loader: frames of a tool in, answers out."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from tomo.virtual.chip import Chip
from tomo.virtual.flash import Flash
from tomo.virtual.rom import SPEED, Rom
from tomo.virtual.slip import Frames, framed

_SOME = 8_192


class Loader:
    """on_block   called before each block of a write, with how many are done and how many it has"""

    def __init__(self, chip: Chip, flash: Flash, on_block: Callable[[int, int], None]) -> None:
        self._rom = Rom(chip, flash, on_block)
        self._frames = Frames()
        self._answers: Iterator[bytes] = iter(())

    @property
    def is_fast(self) -> bool:
        """Whether a tool has raised the speed."""
        return self._rom.speed > SPEED

    @property
    def stays(self) -> bool:
        """Whether the board stays in its loader when the port is closed."""
        return self._rom.stays

    def take(self, data: bytes) -> bool:
        """What came over the port; False if that was the loader's last command."""
        for frame in self._frames.feed(data):
            self._answers = chain(self._answers, map(framed, self._rom.answer(frame)))
            if self._rom.left:
                return False
        return True

    def some(self) -> bytes:
        """What is to be said next: what a tool reads slowly is not all made beforehand."""
        return b"".join(_some(self._answers))

    def closed(self) -> None:
        """Its user has gone: what is unread or half said is void."""
        self._frames = Frames()
        self._answers = iter(())


def _some(frames: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for frame in frames:
        yield frame
        size += len(frame)
        if size >= _SOME:
            return
