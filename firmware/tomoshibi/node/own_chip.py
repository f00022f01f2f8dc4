"""Drivers that lie beside board.py, found by the word of their row: class Driver of WORD.py.

What is wrong with one costs its readings and nothing else: the control path runs
on, and the plan counts with ratings.
"""

from typing import TYPE_CHECKING

from tomoshibi.core.errors import ChipSilent
from tomoshibi.meter.calibration import calibration

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def meter(word: str) -> Callable[..., Any]:
    """What makes the driver of a metering chip `word` or, where it cannot be had, its stand-in."""
    return _maker(word, _is_meter)


def photocell(word: str) -> Callable[..., Any]:
    """As `meter`, of a photocell."""
    return _maker(word, lambda chip: chip.overflow)


def _maker(word: str, looks: Callable[[Any], Any]) -> Callable[..., Any]:
    """`looks` raises if a driver is none."""

    def make(*arguments):
        try:
            chip = _found(word)(*arguments)
            looks(chip)
            return chip
        except Exception as error:
            return _Absent(word, error)

    return make


def _is_meter(chip: Any) -> None:
    """Ask all that is asked of it while the node is built."""
    calibration(chip.factors())
    if chip.channels < 1 or chip.count_mj < 0:
        raise ValueError(chip.channels, chip.count_mj)


def _found(word: str) -> Callable[..., Any]:
    """Raises ValueError where there is none, else whatever its module does when imported."""
    try:
        return __import__(word).Driver
    except ImportError as error:
        raise ValueError("no driver for %s: %s" % (word, error))


class _Absent:
    """In the place of a chip whose driver cannot be had: says why, once, then it is silent.

    Raised in a job, `error` reaches the supervisor, which tells it and starts the job again.
    """

    channels = 1
    answer_ms = 0
    window_ms = 0
    count_mj = 0

    def __init__(self, word: str, error: Exception) -> None:
        self._word = word
        self._error: Exception | None = error

    def factors(self) -> tuple[int, int, int]:
        return 1, 1, 1

    def configure(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error
        raise ChipSilent(self._word, 0, 1)

    start = configure  # a photocell's
