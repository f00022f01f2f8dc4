"""The control path of a node with a lamp: program with the grid, ladder without."""

from typing import TYPE_CHECKING

from core.events import DARK, ENERGY_TO_DAWN, LAMP, PROGRAM
from node.control import Control
from policy.grid import DEAD, ISLANDED, NORMAL, RESTORING, RIDE_THROUGH

if TYPE_CHECKING:
    from core.draw import Draw
    from core.events import EventRing
    from core.lamp import Lamp
    from core.uptime import Uptime
    from drivers.dimmer import Dimmer
    from drivers.relay import Relay
    from node.senses import Senses
    from policy.grid import GridState
    from policy.lamp import IslandLight


class LampControl(Control):
    """One lamp. The sky job tells `dark`, `program_permille`, `to_dawn_s` and `by_program`.

    energy_wh   the lamp's share of the battery for one island, Wh
    stagger_s   after the grid's return the program resumes after a random part of this, s
    """

    def __init__(
        self,
        uptime: Uptime,
        senses: Senses,
        grid: GridState,
        events: EventRing,
        lamp: Lamp,
        relay: Relay,
        dimmer: Dimmer,
        island: IslandLight,
        energy_wh: int,
        stagger_s: int,
        draw: Draw,
    ) -> None:
        super().__init__(uptime, senses, grid, events)
        self._lamp = lamp
        self._relay = relay
        self._dimmer = dimmer
        self._island = island
        self._energy_wh = energy_wh
        self._stagger_s = stagger_s
        self._draw = draw
        self._in_island = False
        self._spent_from_wh = 0
        self._resume_s = 0
        self.dark = True
        self.by_program = False  # False while the clock is unknown
        self.program_permille = 1000
        self.to_dawn_s = 86_400

    def power_w(self) -> int:
        return self._lamp.reading.power_mw // 1000

    def on_grid(self) -> None:
        state, now_s = self.grid.state, self.uptime.seconds
        if state == ISLANDED or state == DEAD:
            if not self._in_island:
                self._in_island = True
                self._spent_from_wh = self._lamp.energy.import_wh
            self.on_second(now_s)
        elif state == RESTORING or state == NORMAL:
            if self._in_island:
                self._resume_s = now_s + self._draw.below(self._stagger_s + 1)

    def on_second(self, now_s: int) -> None:
        state = self.grid.state
        if state == RIDE_THROUGH:
            return
        if (state == RESTORING or state == NORMAL) and now_s >= self._resume_s:
            self._in_island = False
            self._island.leave()
            if state == RESTORING:
                self.grid.restored()
                self._record_grid()
        if not self.dark:
            self._set(0, PROGRAM if self.by_program else DARK)
        elif self._in_island:
            self._set(self._island.level(now_s, self._left_wh(), self.to_dawn_s), ENERGY_TO_DAWN)
        else:
            self._set(self.program_permille, PROGRAM if self.by_program else DARK)

    def _left_wh(self) -> int:
        energy = self._lamp.energy
        return self._energy_wh - (energy.import_wh - self._spent_from_wh) % energy.WRAP_WH

    def _set(self, permille: int, cause: int) -> None:
        lamp = self._lamp
        if permille == lamp.level_permille:
            return
        # Light only through a closed relay, and never switched under load.
        if permille:
            self._relay.close()
            self._dimmer.set_permille(permille)
        else:
            self._dimmer.set_permille(0)
            self._relay.open()
        self.record(LAMP, 0, lamp.level_permille, permille, cause)
        lamp.level_permille = permille
