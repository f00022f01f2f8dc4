"""Repeatable chance: the same seed throws the same numbers on every build."""


class Dice:
    def __init__(self, seed: int) -> None:
        self._state = seed % 65_521 + 1

    def below(self, count: int) -> int:
        """0 to count - 1, for counts up to 2**32."""
        high = self._throw()
        return ((high << 16 | self._throw()) * count) >> 32

    def _throw(self) -> int:
        # Two small generators in a row: one alone repeats after 65,536 throws.
        self._state = (self._state * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF
        return self._state >> 16
