"""Builds what a board with metered, relay-switched branches adds to the foundation."""

from micropython import const

import board
from tomoshibi.core.branch import Branch
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.loads import DEFERRABLE, Load
from tomoshibi.node.foundation import Foundation, relays
from tomoshibi.node.keeper_job import KeeperJob
from tomoshibi.node.load_control import LoadControl
from tomoshibi.node.meters import meter_jobs
from tomoshibi.node.storage import Storage, running, saved
from tomoshibi.policy.plan import ShedPlan
from tomoshibi.policy.staging import Staging
from tomoshibi.registers.half_hours import HalfHours
from tomoshibi.reporting.build import build_submeter
from tomoshibi.settings.store import Settings
from tomoshibi.wire import registers

_UNNAMED_W = const(1_500)


def build(base: Foundation):
    """Return (jobs, ECHONET Lite objects, load names)."""
    settings, storage = base.settings, base.storage
    branches = [_branch(storage, settings, i) for i in range(len(board.RELAYS))]
    circuits = {row[0]: branch for row, branch in zip(board.RELAYS, branches)}
    loads = [branch.load for branch in branches]
    staging = Staging(loads, settings["step_gap_s"], settings["stagger_s"], base.draw)
    control = base.control
    switched = LoadControl(
        control,
        branches,
        relays(),
        ShedPlan(loads),
        staging,
        settings["island_limit_w"],
        storage.view(registers.RELAY_MOVES, len(branches)),
        settings["island_surge_w"],
        settings["island_surge_ms"],
    )
    control.outputs += (switched,)
    half_hours = HalfHours(base.calendar, branches, storage.history, storage.boot)
    keeper = KeeperJob(storage, control, half_hours)

    journal = storage.journal
    whole = (
        EnergyCounter(*running(journal, 0, registers.IMPORT)),
        EnergyCounter(*running(journal, 0, registers.REACTIVE_IMPORT)),
    )
    samplers = meter_jobs(circuits, settings, base.uptime, keeper.measured, whole)
    objects = build_submeter(
        base.identity,
        base.calendar,
        branches,
        EnergyCounter(*saved(journal, 0, registers.IMPORT)),
        half_hours,
        base.places,
        storage.faulty,
        control.sense_faulty,
    )
    return samplers + [keeper], objects, [load.name for load in loads]


def _branch(storage: Storage, settings: Settings, i: int) -> Branch:
    """Branch i with its counters in the registers, and its load as it was commanded last."""
    journal, number = storage.journal, i + 1
    load = _load(settings, i)
    state = storage.view(registers.LOAD_STATE + i, 1)[0]
    load.wanted = not state & registers.NOT_WANTED
    load.locked_off = load.locked_off or bool(state & registers.LOCKED_OFF)
    return Branch(
        number,
        load,
        EnergyCounter(*running(journal, number, registers.IMPORT)),
        EnergyCounter(*running(journal, number, registers.REACTIVE_IMPORT)),
        journal.saved_whole,
    )


def _load(settings: Settings, i: int) -> Load:
    """Load i of the settings; a relay the settings do not name is a deferrable load."""
    rows = settings.loads
    if i >= len(rows):
        return Load("load %d" % (i + 1), DEFERRABLE, _UNNAMED_W)
    row = rows[i]
    load = Load(row["name"] or "load %d" % (i + 1), row["tier"], row["rated_w"], row["min_off_s"])
    load.locked_off = bool(row["locked_off"])
    return load
