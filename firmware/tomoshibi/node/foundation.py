"""What every node stands on: flash, time, settings, identity, senses, control path."""

from machine import ADC, SOFT_RESET, WDT, Pin, reset_cause, unique_id
from time import ticks_ms
from typing import TYPE_CHECKING

import board
from tomoshibi.core.calendar import Calendar
from tomoshibi.core.draw import Draw
from tomoshibi.core.events import EventRing
from tomoshibi.core.identity import Identity
from tomoshibi.core.modules import let_go
from tomoshibi.core.uptime import Uptime
from tomoshibi.drivers.mains_sense import LevelSense, MainsSense
from tomoshibi.drivers.relay import Relay
from tomoshibi.node import parts
from tomoshibi.node.boot_cause import boot_cause
from tomoshibi.node.control import Control
from tomoshibi.node.senses import Senses
from tomoshibi.node.storage import Storage, find_partition
from tomoshibi.policy.grid import GridState
from tomoshibi.settings.places import Places
from tomoshibi.wire import registers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.lamp import Daylight, Lamp
    from tomoshibi.drivers.ganged import Ganged
    from tomoshibi.drivers.latching import Latching
    from tomoshibi.node.load_control import LoadControl


_WIPING = "wiping"  # node.wipe.MARK


class Foundation:
    """Built once from the flash and the board; the builders of parts take what they need."""

    def __init__(self) -> None:
        self.storage = _storage()
        if _WIPING in self.storage.settings.document():
            self.storage = _wiped(self.storage)
        self.cause = boot_cause(board.RESET_REASON, self.storage.reset_was_asked_for())
        self.settings = settings = self.storage.settings.load()
        self.uptime = _uptime()
        self.calendar = Calendar(settings["utc_offset_min"])
        self.events = EventRing()
        self.identity = Identity(unique_id(), board.NAME, self.storage.identity.serial)
        self.draw = Draw(unique_id())
        # What the builders add: the branches that relays switch and their control, lamps.
        self.branches: Sequence[Branch] = ()
        self.switched: LoadControl | None = None
        self.lamps: tuple[tuple[Lamp, Daylight], ...] = ()
        self.places = Places(settings.places, self.storage.replace_places)
        self.grid_pin = _detector("grid")
        self.load_pin = _detector("load")
        self.senses = Senses(
            MainsSense(self.grid_pin, parts.alive_level("grid")),
            MainsSense(self.load_pin, parts.alive_level("load")),
            _contact(),
            self._grid_level(settings["grid_gain_permille"]),
        )
        supply = _supply()
        # Where no sense says more, the board is fed from the load side.
        self.supplied = supply.alive if supply else self.senses.load_alive
        self.grid = grid = GridState(
            settings["line_v"] * 1000,
            settings["line_hz"] * 1000,
            settings["ride_ms"],
            settings["confirm_ms"],
            settings["return_hold_s"] * 1000,
            settings["short_hold_s"] * 1000,
            self.senses.accuracy_permille,
            settings["trust_s"] * 1000,
        )
        self.control = Control(self.uptime, self.senses, grid, self.events)

    def _grid_level(self, gain_permille: int) -> LevelSense | None:
        row = parts.sense("grid-level")
        if row is None:
            return None
        _, pin, ratio = row
        # The widest range: nominal voltage is a volt at the pin, and the default ends below that.
        adc = ADC(Pin(pin))
        adc.atten(ADC.ATTN_11DB)
        return LevelSense(adc, ratio, gain_permille)


def _uptime() -> Uptime:
    """Since the chip's reset, or from here after a soft one, at which ticks do not begin anew."""
    uptime = Uptime()
    if reset_cause() != SOFT_RESET:
        uptime.seconds, uptime.millis = divmod(ticks_ms(), 1000)
    return uptime


def _wiped(storage: Storage) -> Storage:
    """What is left of it when a wipe has come to its end, which was begun before the start."""
    from tomoshibi.node.wipe import finish

    feed = WDT(timeout=board.WATCHDOG_MS).feed
    finish(storage.partition, storage.settings.copies, feed)
    let_go("node.wipe", "wire.console")
    return _storage()


def _storage() -> Storage:
    count = parts.circuit_count()
    kind = registers.LAMP * len(board.LAMPS)
    if count > len(board.LAMPS):
        kind += registers.BRANCHES
    return Storage(kind, count, find_partition)


def relay_of(circuit: int, control: Control) -> Relay | Latching | Ganged:
    """What switches a circuit, as it is in reset: one relay, or several that move together.

    Pulses of latching ones are for `control` to end.
    """
    relays = [_relay(row, control) for row in board.RELAYS if row[0] == circuit]
    if len(relays) == 1:
        return relays[0]
    from tomoshibi.drivers.ganged import Ganged

    return Ganged(relays)


def _relay(row: tuple, control: Control) -> Relay | Latching:
    """The level goes in with the direction, so that no relay twitches while its pin is set up."""
    circuit, pin, closes, reset = row[:4]
    first = Pin(pin, Pin.OUT, value=reset)
    if not parts.is_latching(row):
        return Relay(first, 1 - closes)
    from tomoshibi.drivers.latching import Latching
    from tomoshibi.node.pulses import Pulses

    # Where the start-up has driven its contact, see node.outputs.
    closed = circuit in parts.circuits(board.LAMPS)
    relay = Latching(first, Pin(row[4], Pin.OUT, value=reset), closes, row[5], closed)
    control.pulses = control.pulses or Pulses()
    control.pulses.add(relay)
    return relay


def _detector(what: str) -> Pin:
    row = parts.sense(what)
    if row is None:
        raise ValueError("no sense " + what)
    return Pin(row[1], Pin.IN)


def _contact() -> MainsSense | None:
    row = parts.sense("contact")
    return MainsSense(Pin(row[1], Pin.IN), row[2]) if row else None


def _supply() -> MainsSense | None:
    row = parts.sense("supply")
    return MainsSense(Pin(row[1], Pin.IN), parts.alive_level("supply")) if row else None
