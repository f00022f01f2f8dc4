"""A cable that garbles bits."""

import random

_EVERY = 2_048  # bytes, on average


class Noise:
    """Garbles one bit of some 2 KiB, the same ones whenever a tray is started."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._next = self._gap()

    def _gap(self) -> int:
        return self._dice.randrange(1, 2 * _EVERY)

    def garbled(self, data: bytes) -> bytes:
        wrong = bytearray(data)
        while self._next < len(wrong):
            wrong[self._next] ^= 1 << self._dice.randrange(8)
            self._next += self._gap()
        self._next -= len(wrong)
        return bytes(wrong)
