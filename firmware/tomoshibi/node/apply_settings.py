"""Hands settings that were changed on the console to those who live by them, while the node runs.

Imported for that and let go. What a row of settings.declared says applies "at once" is handed over
here and in `take` of the outputs; a test holds the rows against it.
"""

from micropython import schedule
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomoshibi.node.control import Control
    from tomoshibi.settings.store import Settings


def apply(settings: Settings, control: Control) -> None:
    """Hand over all that applies at once; what has not changed stays as it is.

    MicroPython runs it as it runs a control cycle, never one within the other: a cycle sees the
    old values or the new ones.
    """
    waiting = [(settings, control)]
    while True:
        try:
            schedule(_hand_over, waiting)
            break
        except RuntimeError:
            pass  # the queue is full: each turn of the loop gives it time
    while waiting:
        pass


def _hand_over(waiting: list) -> None:
    settings, control = waiting[0]
    try:
        grid = control.grid
        grid.ride_ms = settings["ride_ms"]
        grid.confirm_ms = settings["confirm_ms"]
        grid.return_hold_ms = settings["return_hold_s"] * 1000
        grid.short_hold_ms = settings["short_hold_s"] * 1000
        grid.trust_ms = settings["trust_s"] * 1000
        for output in control.outputs:
            output.take(settings)
        control.news = True
    finally:
        waiting.clear()
