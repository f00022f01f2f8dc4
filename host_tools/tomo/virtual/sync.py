"""The frame with which a tool calls a board into its loader, found in what comes over the port."""

from tomo.virtual.rom import SYNC
from tomo.virtual.slip import framed

_FRAME = framed(SYNC)
# Longer than the pause between two pieces of one frame, shorter than anybody notices.
_HOLD_S = 0.02


class Sync:
    """Splits what comes into what is meant for the program and what for the loader.

    The beginning of such a frame, at the end of what has come, is held back for a moment.
    """

    def __init__(self) -> None:
        self._held = b""
        self._since = 0.0

    def split(self, data: bytes, now: float, hold: bool) -> tuple[bytes, bytes]:
        """(before the last SYNC frame, from it on); all is before, if there is none.

        hold   whether a beginning is held back: in the loader every frame ends like one
        """
        data = self._held + data
        before, sync, after = data.rpartition(_FRAME)
        if sync:
            self._held = b""
            return before, sync + after
        begun = _overlap(data) if hold else 0
        self._held = data[len(data) - begun :]
        self._since = now
        return data[: len(data) - begun], b""

    @staticmethod
    def begins(data: bytes) -> bool:
        """Whether such a frame is the first of what has come."""
        return data.startswith(_FRAME)

    def late(self, now: float) -> bytes:
        """What was held back and is no such frame, as nothing has followed."""
        if not self._held or now - self._since < _HOLD_S:
            return b""
        held, self._held = self._held, b""
        return held

    def forget(self) -> None:
        self._held = b""


def _overlap(data: bytes) -> int:
    """How many of the last bytes are the beginning of a SYNC frame."""
    start = data.rfind(_FRAME[:1], -len(_FRAME))
    return len(data) - start if start >= 0 and _FRAME.startswith(data[start:]) else 0
