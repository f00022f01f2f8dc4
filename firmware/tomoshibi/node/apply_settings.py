"""Hands settings that were changed on the console to those who live by them, while the node runs.

Imported for that and let go. What a row of settings.declared says applies "at once" is handed over
here and in `take` of the outputs; a test holds the rows against it.
"""

from micropython import schedule
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.node.control import Control
    from tomoshibi.node.job import Job
    from tomoshibi.settings.store import Settings


def apply(key: str, settings: Settings, control: Control, jobs: Sequence[Job] = ()) -> None:
    """Hand over all that applies at once; what has not changed stays as it is.

    key    what was changed. Of the places only this one: a controller may have set others since
           they were stored

    MicroPython runs it as it runs a control cycle, never one within the other: a cycle sees the
    old values or the new ones.
    """
    if key.startswith("places."):
        _put_place(int(key[7:], 16), settings, jobs)
        return
    waiting = [(settings, control)]
    while True:
        try:
            schedule(_hand_over, waiting)
            break
        except RuntimeError:
            pass  # the queue is full: each turn of the loop gives it time
    while waiting:
        pass


def _put_place(eoj: int, settings: Settings, jobs: Sequence[Job]) -> None:
    from tomoshibi.node.places_job import PlacesJob

    for job in jobs:
        if isinstance(job, PlacesJob):
            unsaved = job.places.unsaved
            job.places.put(eoj, settings.places[eoj])
            job.places.unsaved = unsaved  # this one is in flash


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
