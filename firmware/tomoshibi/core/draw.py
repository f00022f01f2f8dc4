"""Random delays that are a node's own: different between nodes, the same on every run of one.

Kept apart from the platform's generator, so that what the network draws does not move a relay.

Source: Lehmer's generator with multiplier 75 and modulus 65537 (a Fermat prime of which 75 is a
primitive root): every state from 0 to 65535 comes once before one comes again.
"""

from micropython import const

_MODULUS = const(65_537)
_MULTIPLIER = const(75)
_INCREMENT = const(74)


class Draw:
    """Seeded with bytes, such as the chip's unique id."""

    def __init__(self, seed: bytes) -> None:
        self._state = 0
        for byte in seed:
            self._state = (self._state + byte) & 0xFFFF
            self.below(1)

    def below(self, count: int) -> int:
        """0 to `count` - 1, evenly, for counts up to 10 000. Allocates nothing."""
        self._state = (self._state * _MULTIPLIER + _INCREMENT) % _MODULUS
        return self._state * count // _MODULUS
