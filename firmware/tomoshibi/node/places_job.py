"""Writes installation locations to flash, seldom and while nothing else matters."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.node.flash_window import FlashWindow
    from tomoshibi.settings.places import Places

# The shortest time between two writes. Each erases every sector of the settings once: at 100 000
# erases they live for eleven years of somebody changing a location every minute.
_EVERY_S = const(3_600)


class PlacesJob(Job):
    """Looks once a minute; an erase in flash may hold everything up for 100 ms."""

    name = "places"
    period_ms = 60_000

    def __init__(self, places: Places, window: FlashWindow, uptime: Uptime) -> None:
        super().__init__()
        self.places = places
        self._window = window
        self._uptime = uptime
        self._next_s = 0

    def step(self) -> None:
        now_s = self._uptime.seconds
        if self.places.unsaved and now_s >= self._next_s and self._window.grant():
            self.places.store()
            self._next_s = now_s + _EVERY_S
