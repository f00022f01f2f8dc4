"""Rows of the meters' classes: 028D, a branch, and 0287, the panel. See `reporting.points`.

Source: tables of the ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Sources").
"""

from reporting.points import GET, SET
from wire.echonet_format import NO_DATA, Code, Group, Moment, Number, Repeat, u8, u16, u32

CHANNEL_1 = 0xD0  # of class 0287; channel n is CHANNEL_1 + n - 1
CHANNELS_MOST = 32

_NONE_32 = ((0xFFFFFFFE, NO_DATA),)
_NONE_16 = ((0xFFFE, NO_DATA),)


def energy(*scaled_by):
    """A counter of eight decimal digits; the EPCs in `scaled_by` multiply it."""
    return u32(0, 99_999_999, "kWh", 0, _NONE_32, scaled_by)


def current(*scaled_by):
    """R and T in 0.1 A; T is "no data" on a branch of one phase and two wires."""
    one = Number(2, True, -32_767, 32_765, "A", 1, ((0x7FFE, NO_DATA),), scaled_by)
    return Group(("R", one), ("T", one))


def voltage(*scaled_by):
    """R-S(N) and S(N)-T in 0.1 V."""
    one = u16(0, 65_533, "V", 1, _NONE_16, scaled_by)
    return Group(("R-S", one), ("S-T", one))


def history(one):
    """The day it is of, and 48 readings `one` at 00:00, 00:30 … 23:30."""
    day = u16(0, 99, codes=((0x00FF, "initial value"),))
    return Group(("day", day), ("readings", Repeat(one, 48)))


# A format that several rows share is one object, as there is little memory on a board.
_METER_ENERGY = energy(0xD4, 0xD3)
_HISTORY = history(_METER_ENERGY)  # 194 bytes
# When the last half-hour reading was taken, and the reading (11 bytes).
_HALF_HOUR = Group(("at", Moment("YMDhms")), ("energy", _METER_ENERGY))
_PANEL_ENERGY = energy(0xC2)
_PANEL_CURRENT = current()
# Energy and current of one channel of a panel (8 bytes).
CHANNEL = Group(("energy", _PANEL_ENERGY), ("current", _PANEL_CURRENT))
POWER = Number(4, True, -2_147_483_647, 2_147_483_645, "W", 0, ((0x7FFFFFFE, NO_DATA),))
ENERGY_UNIT = Code(
    (0x00, "1 kWh"), (0x01, "0.1 kWh"), (0x02, "0.01 kWh"), (0x03, "0.001 kWh"),
    (0x04, "0.0001 kWh"), (0x0A, "10 kWh"), (0x0B, "100 kWh"), (0x0C, "1000 kWh"),
    (0x0D, "10000 kWh"),
)  # fmt: skip
# 0.001 kWh, so that a count is the Wh of our counters.
_UNIT_WH = 0x03
_DIGITS = 8
_HISTORY_DAY = u8(0, 99, codes=((0xFF, "initial value"),))
SUBMETER_ROWS = (
    (0xD4, "energy unit", GET, ENERGY_UNIT, _UNIT_WH),
    (0xD7, "energy digits", GET, u8(1, 8), _DIGITS),
    (0xE0, "history day", GET | SET, _HISTORY_DAY, "history_day"),
    (0xE1, "energy import", GET, _METER_ENERGY, "import_wh"),
    (0xE2, "energy history import", GET, _HISTORY, "history"),
    (0xE3, "energy export", GET, _METER_ENERGY, "export_wh"),
    (0xE4, "energy history export", GET, _HISTORY, "history"),
    (0xE7, "active power", GET, POWER, "power_w"),
    (0xE8, "current", GET, current(0xD8), "current"),
    (0xE9, "voltage", GET, voltage(0xD9), "voltage"),
    (0xEA, "half-hour energy import", GET, _HALF_HOUR, "half_hour_import"),
    (0xEB, "half-hour energy export", GET, _HALF_HOUR, "half_hour_export"),
)

PANEL_ROWS = (
    (0xB1, "channels", GET, u8(1, 252, codes=((0xFD, "undefined"),)), "channel_count"),
    (0xC0, "energy import", GET, _PANEL_ENERGY, "import_wh"),
    (0xC1, "energy export", GET, _PANEL_ENERGY, "export_wh"),
    (0xC2, "energy unit", GET, ENERGY_UNIT, _UNIT_WH),
    (0xC6, "active power", GET, POWER, "power_w"),
    (0xC7, "current", GET, _PANEL_CURRENT, "current"),
    (0xC8, "voltage", GET, voltage(), "voltage"),
)


def channel_rows(count):
    """Rows D0 upwards for the first `count` channels of a panel, at most 32."""
    return tuple(
        (CHANNEL_1 + n, "channel %d" % (n + 1), GET, CHANNEL, "channel")
        for n in range(min(count, CHANNELS_MOST))
    )
