"""What every kind of node stands on: time, settings, identity, senses, relays."""

from machine import ADC, Pin, unique_id

import board
from core.calendar import Calendar
from core.draw import Draw
from core.events import EventRing
from core.identity import Identity
from core.uptime import Uptime
from drivers.mains_sense import LevelSense, MainsSense
from drivers.relay import Relay
from node.senses import Senses
from policy.grid import GridState
from settings.places import Places
from settings.store import Settings


class Foundation:
    """Built once from the settings and the board; the kinds of node take what they need."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.uptime = Uptime()
        self.calendar = Calendar(settings["utc_offset_min"])
        self.events = EventRing()
        self.identity = Identity(unique_id(), board.NAME)
        self.draw = Draw(unique_id())
        self.places = Places()
        self.grid_pin = Pin(board.GRID_SENSE, Pin.IN)
        self.grid = GridState(
            settings["line_v"] * 1000,
            settings["line_hz"] * 1000,
            settings["ride_ms"],
            settings["confirm_ms"],
            settings["return_hold_s"] * 1000,
            settings["short_hold_s"] * 1000,
        )
        self.senses = Senses(
            MainsSense(self.grid_pin),
            MainsSense(Pin(board.LOAD_SENSE, Pin.IN)),
            _contact(),
            self._grid_level(settings["grid_gain_permille"]),
        )

    def _grid_level(self, gain_permille: int) -> LevelSense | None:
        if board.GRID_LEVEL_ADC is None:
            return None
        # The widest range: nominal voltage is a volt at the pin, and the default ends below that.
        adc = ADC(Pin(board.GRID_LEVEL_ADC))
        adc.atten(ADC.ATTN_11DB)
        return LevelSense(adc, board.GRID_LEVEL_MV_PER_MV, gain_permille)


def relays() -> list[Relay]:
    """The board's relays, their coils off, as in reset.

    The level goes in with the direction, so that no relay twitches while its pin is set up.
    """
    return [Relay(Pin(number, Pin.OUT, value=0), board.RELAY_OPEN_LEVEL) for number in board.RELAYS]


def _contact() -> MainsSense | None:
    if board.ISLAND_CONTACT is None:
        return None
    return MainsSense(Pin(board.ISLAND_CONTACT, Pin.IN))
