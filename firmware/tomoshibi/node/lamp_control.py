"""A lamp under the control path: program with the grid, ladder without."""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core import events
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.policy.grid import DEAD, ISLANDED, NORMAL, RESTORING, RIDE_THROUGH

if TYPE_CHECKING:
    from tomoshibi.core.draw import Draw
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.drivers.dimmer import Dimmer
    from tomoshibi.drivers.ganged import Ganged
    from tomoshibi.drivers.latching import Latching
    from tomoshibi.drivers.relay import Relay
    from tomoshibi.node.control import Control
    from tomoshibi.node.lamp_commands import LampCommands
    from tomoshibi.node.storage import Storage
    from tomoshibi.policy.lamp import IslandLight
    from tomoshibi.settings.store import Settings


# So long on the grid, and the battery counts as full again: a lamp's share is then a new one.
_RECHARGED_S = const(21_600)
# So long without light before the relay opens: it is for standby power, not for switching.
_RELAY_OPEN_S = const(600)

# No reading for so long: the meter is a fault, as it is in ECHONET Lite (docs/echonet-lite.md).
_SILENT_S = const(10)

# Places in `counts`.
_BURN_S = const(0)
_DRIVER_BURN_S = const(1)
_SWITCHES = const(2)


class LampControl:
    """One lamp. The sky job tells `dark`, `program_permille`, `to_dawn_s`, `to_sunrise_s`
    and `by_program`.

    energy_wh   the lamp's share of the battery, Wh; a new one after six hours on the grid
    stagger_s   after the grid's return the program resumes after a random part of this, s
    number      of its circuit
    counts      seconds of light, seconds of its driver on, times lit: an array of three, or a
                place in the registers for them
    """

    def __init__(
        self,
        control: Control,
        lamp: Lamp,
        relay: Relay | Latching | Ganged,
        dimmer: Dimmer,
        island: IslandLight,
        energy_wh: int,
        stagger_s: int,
        draw: Draw,
        counts: array | memoryview | None = None,
        number: int = 1,
    ) -> None:
        self.control = control
        self.uptime = control.uptime
        self.grid = control.grid
        self.record = control.record
        self._counts = array("i", (0, 0, 0)) if counts is None else counts
        self._lamp = lamp
        self._relay = relay
        self._dimmer = dimmer
        self._island = island
        self._energy_wh = energy_wh
        self._stagger_s = stagger_s
        self._draw = draw
        self._number = number
        self._silent = 0  # 1: its meter is
        self._in_island = False
        self._spent = EnergyCounter()
        self._on_grid_s = -_RECHARGED_S
        self._resume_s = 0
        self._lit_s = 0
        self._clock_known = False
        self.dark = True
        self.by_program = False  # False while the clock is unknown
        self.program_permille = 1000
        self.to_dawn_s = 86_400
        self.to_sunrise_s = 86_400

    def voltage_dv(self) -> int:
        reading = self._lamp.reading
        return reading.voltage_mv // 100 if reading.valid else events.NO_VOLTAGE

    def power_w(self) -> int:
        return self._lamp.reading.power_mw // 1000

    def grid_mhz(self) -> int:
        return -1

    def faults(self) -> list[tuple[int, int]]:
        return [(self._number, events.SILENT)] if self._silent else []

    def measured(self) -> None:
        pass

    def on_news(self) -> None:
        pass

    def claim_w(self) -> int:
        return (self._drawn_mw() + 999) // 1000

    def restored(self) -> bool:
        return self.uptime.seconds >= self._resume_s

    def on_grid(self) -> None:
        state, now_s = self.grid.state, self.uptime.seconds
        if state == ISLANDED or state == DEAD:
            if not self._in_island:
                self._in_island = True
                if now_s - self._on_grid_s >= _RECHARGED_S:
                    self._spent.put(0)
            self._light(now_s)
        elif state == RESTORING and self._in_island:
            self._on_grid_s = now_s
            self._resume_s = now_s + self._draw.below(self._stagger_s + 1)

    def on_second(self, now_s: int) -> None:
        state = self.grid.state
        if self._in_island and state != DEAD:
            self._spent.add(self._drawn_mw(), 1_000)
        if state == RIDE_THROUGH:
            return
        if (state == RESTORING or state == NORMAL) and now_s >= self._resume_s:
            self._in_island = False
            self._island.leave()
        self._light(now_s)
        self._assert_relay(now_s)
        self._count_burning()
        silent = int(now_s - self._lamp.reading.at_s > _SILENT_S)
        if silent != self._silent:
            before, self._silent = self._silent, silent
            self.record(events.LOAD_FAULT, events.LAMP_SUBJECT, before, silent, events.SILENT)

    def take(self, settings: Settings) -> None:
        from tomoshibi.policy.lamp import ROLES

        role = ROLES.index(settings["lamp_role"])
        self._island.take(role, settings["lamp_full_w"] * 1000, settings["lamp_standby_mw"])
        self._energy_wh = settings["island_energy_wh"]
        self._stagger_s = settings["stagger_s"]

    def lock(self, locked: bool) -> None:
        """For a job: lock the lamp off, or give it free, from the next second on."""
        if self._lamp.locked_off != locked:
            self.record(
                events.LOCK,
                events.LAMP_SUBJECT,
                1 - locked,
                int(locked),
                events.COMMAND,
                events.CONSOLE,
            )
            self._lamp.locked_off = locked

    def commands(self, storage: Storage) -> LampCommands:
        from tomoshibi.node.lamp_commands import LampCommands

        return LampCommands(storage, self)

    def _count_burning(self) -> None:
        """A second of light: commanded, and drawing more than its driver does at none."""
        lamp = self._lamp
        if self._relay.closed:
            self._counts[_DRIVER_BURN_S] += 1
        if lamp.on and (not lamp.reading.valid or self._drawn_mw() > self._island.power_mw(0)):
            self._counts[_BURN_S] += 1

    def _light(self, now_s: int) -> None:
        """Give the light that is due now."""
        if self.by_program != self._clock_known:
            self._clock_known = self.by_program
            self._island.leave()
        if self._lamp.locked_off:
            self._set(0, events.COMMAND, events.CONSOLE)
        elif not self.dark:
            self._island.leave()
            self._set(0, events.PROGRAM if self.by_program else events.DARK)
        elif self._in_island:
            # What is spent is rounded up: the part of a watt-hour that has begun is gone.
            spent = self._spent
            left_wh = self._energy_wh - spent.import_wh - (spent.import_mj > 0)
            level = self._island.level(now_s, left_wh, self.to_dawn_s, self.to_sunrise_s)
            self._set(level, events.ENERGY_TO_DAWN)
        else:
            self._set(self.program_permille, events.PROGRAM if self.by_program else events.DARK)

    def _drawn_mw(self) -> int:
        """What the lamp draws: as measured whichever way its CT points, else as it should."""
        reading = self._lamp.reading
        if reading.valid:
            return abs(reading.power_mw)
        return self._island.power_mw(self._lamp.level_permille)

    def _set(self, permille: int, cause: int, actor: int = events.NODE) -> None:
        lamp = self._lamp
        if permille == lamp.level_permille:
            return
        # The relay closes before there is light, and opens long after: never under load.
        if permille:
            self._switch(True, cause, actor)
        self._dimmer.set_permille(permille)
        if not lamp.level_permille:
            self._counts[_SWITCHES] += 1
        self.record(events.LAMP, 0, lamp.level_permille, permille, cause, actor)
        lamp.level_permille = permille

    def _assert_relay(self, now_s: int) -> None:
        """Write the relay again each second, so that a glitch on its pin does not last."""
        if self._lamp.level_permille:
            self._lit_s = now_s
            self._switch(True, events.START)  # moves only what was open when the node started
        elif self._lamp.locked_off:
            self._switch(False, events.COMMAND, events.CONSOLE)
        elif now_s - self._lit_s >= _RELAY_OPEN_S:
            self._switch(False, events.STANDBY)

    def _switch(self, closed: bool, cause: int, actor: int = events.NODE) -> None:
        """Write the relay, and tell of it if that moves it.

        Told first: of a cycle that breaks off in between, no movement stays untold.
        """
        relay = self._relay
        if relay.closed != closed:
            self.record(events.LAMP_RELAY, 0, int(relay.closed), int(closed), cause, actor)
        if closed:
            relay.close()
        else:
            relay.open()
