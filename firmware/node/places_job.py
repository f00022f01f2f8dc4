"""Writes installation locations to flash, seldom and while nothing else matters."""

import asyncio
from typing import TYPE_CHECKING

from node.job import Job
from policy.grid import NORMAL

if TYPE_CHECKING:
    from policy.grid import GridState
    from settings.places import Places

# The shortest time between two writes: a sector then lives for years of steady nuisance.
_EVERY_MS = 60_000


class PlacesJob(Job):
    """Looks once a minute; an erase in flash may hold everything up for 100 ms."""

    name = "places"
    deadline_ms = 3 * _EVERY_MS

    def __init__(self, places: Places, grid: GridState) -> None:
        super().__init__()
        self._places = places
        self._grid = grid

    async def run(self) -> None:
        while True:
            await asyncio.sleep_ms(_EVERY_MS)
            if self._places.unsaved and self._grid.state == NORMAL:
                self._places.store()
            self.beat()
