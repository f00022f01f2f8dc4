"""Builds what a board with metered, relay-switched branches adds to the foundation."""

from machine import SPI, Pin
from micropython import const

import board
from core.branch import Branch
from core.loads import DEFERRABLE, Load
from core.readings import Counts
from drivers.atm90e32 import ATM90E32
from meter.scaling import mj_per_count
from node.branch_sampler import BranchSampler, MeterGroup
from node.foundation import Foundation, relays
from node.load_control import LoadControl
from policy.plan import ShedPlan
from policy.staging import Staging
from reporting.build import build_submeter
from settings.store import Settings

_CHANNELS_A_CHIP = const(3)
_UNNAMED_W = const(1_500)


def build(base: Foundation):
    """Return (control, jobs, ECHONET Lite objects, load names)."""
    settings = base.settings
    branches = [Branch(i + 1, _load(settings, i)) for i in range(len(board.RELAYS))]
    loads = [branch.load for branch in branches]
    staging = Staging(loads, settings["step_gap_s"], settings["stagger_s"], base.draw)
    control = LoadControl(
        base.uptime,
        base.senses,
        base.grid,
        base.events,
        branches,
        relays(),
        ShedPlan(loads),
        staging,
        settings["island_limit_w"],
    )
    sampler = BranchSampler(
        _meter_groups(branches, settings["line_hz"]),
        base.uptime,
        control.measured,
        settings["sample_ms"],
    )
    objects = build_submeter(base.identity, base.calendar, branches, base.places)
    return control, [sampler], objects, [load.name for load in loads]


def _load(settings: Settings, i: int) -> Load:
    """Load i of the settings; a relay the settings do not name is a deferrable load."""
    rows = settings.loads
    if i >= len(rows):
        return Load("load %d" % (i + 1), DEFERRABLE, _UNNAMED_W)
    row = rows[i]
    load = Load(row["name"] or "load %d" % (i + 1), row["tier"], row["rated_w"], row["min_off_s"])
    load.locked_off = bool(row["locked_off"])
    return load


def _meter_groups(branches: list[Branch], line_hz: int) -> list[MeterGroup]:
    spi = SPI(
        board.METER_SPI,
        baudrate=board.METER_BAUD,
        polarity=1,
        phase=1,
        sck=Pin(board.METER_SCK),
        mosi=Pin(board.METER_MOSI),
        miso=Pin(board.METER_MISO),
    )

    def configure(chip: ATM90E32) -> None:
        chip.configure(board.METER_U_GAIN, board.METER_I_GAIN, line_hz, board.METER_PULSES_PER_KWH)

    counts = tuple(Counts() for _ in range(_CHANNELS_A_CHIP))
    return [
        MeterGroup(
            ATM90E32(spi, Pin(cs, Pin.OUT, value=1)),
            branches[first : first + _CHANNELS_A_CHIP],
            configure,
            mj_per_count(board.METER_PULSES_PER_KWH),
            counts,
        )
        for first, cs in zip(range(0, len(branches), _CHANNELS_A_CHIP), board.METER_CS)
    ]
