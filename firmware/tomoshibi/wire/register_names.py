"""What the registers (wire.registers) are called in listings: for the host."""

from tomoshibi.wire.registers import (
    CHANNEL_SIZE,
    DRIVER_BURN_S,
    ENERGY,
    LAMP_BURN_S,
    LOAD_STATE,
    REACTIVE_IMPORT,
    RELAY_MOVES,
)

_NODE = (
    "boots after power-on",
    "boots after brown-out",
    "boots after watchdog",
    "boots after crash",
    "boots commanded",
    "supply losses",
    "events logged",
    "reset note",
)
_LAMP = ("lamp burning", "driver burning", "lamp switched on", "lamp state")
_DIRECTIONS = ("import", "export", "reactive import", "reactive export")


def name(number) -> str:
    """What a register is called in listings."""
    if number >= ENERGY:
        channel, direction = divmod(number - ENERGY, CHANNEL_SIZE)
        return ("branch %d " % channel if channel else "whole ") + _DIRECTIONS[direction]
    if number >= LAMP_BURN_S:
        return _LAMP[number - LAMP_BURN_S]
    if number >= RELAY_MOVES:
        return "relay %d moves" % (number - RELAY_MOVES + 1)
    if number >= LOAD_STATE:
        return "load %d state" % (number - LOAD_STATE + 1)
    return _NODE[number]


def unit(number) -> str:
    """Of the whole part; empty for counts and states."""
    if number >= ENERGY:
        return "varh" if (number - ENERGY) % CHANNEL_SIZE >= REACTIVE_IMPORT else "Wh"
    return "s" if number in (LAMP_BURN_S, DRIVER_BURN_S) else ""
