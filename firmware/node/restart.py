"""The last resort of a node that cannot run."""

from machine import reset
from time import sleep

# So long the last words on the console can be read.
_LAST_WORDS_S = 5


def restart() -> None:
    """Start again from reset, after a while."""
    sleep(_LAST_WORDS_S)
    reset()
