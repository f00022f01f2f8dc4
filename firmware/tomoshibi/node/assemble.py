"""Builds a node from its board profile, out of the parts that the board has."""

import random
from machine import WDT, Pin, Timer, unique_id
from typing import TYPE_CHECKING

import board
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.events import (
    BOOT,
    DAMAGED,
    LEVEL,
    MISSING,
    NOT_CALIBRATED,
    SENSE,
    START,
    STORAGE,
)
from tomoshibi.links.udp import UdpLink
from tomoshibi.links.wifi import Wifi
from tomoshibi.node import files, parts
from tomoshibi.node.build_circuits import build_circuits
from tomoshibi.node.echonet_job import EchonetJob
from tomoshibi.node.find_app import app_jobs
from tomoshibi.node.flash_window import FlashWindow
from tomoshibi.node.foundation import Foundation
from tomoshibi.node.job import Job
from tomoshibi.node.keeper_job import KeeperJob
from tomoshibi.node.log_job import LogJob
from tomoshibi.node.meters import meter_jobs
from tomoshibi.node.places_job import PlacesJob
from tomoshibi.node.sense_edge import AGAIN, Rounds, SenseEdge
from tomoshibi.node.storage import FILES, running, saved
from tomoshibi.node.whole_node import Node
from tomoshibi.registers.half_hours import HalfHours
from tomoshibi.reporting.build import ObjectBuilder
from tomoshibi.wire import echonet, registers

if TYPE_CHECKING:
    from network import WLAN

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.reporting.echonet_node import EchonetNode


def build(found: str, app_ran: bool) -> tuple[Node, list[Job]]:
    """Return the node for the board this image was made for and its jobs; nothing runs yet.

    found     how the file system is, see node.files
    app_ran   the board's app.py ran when the reset came
    """
    # The foundation ends with this function: what it leaves behind is in the parts.
    # So does this module, see Node.run: what runs later, stop_control and _station, needs no name
    # of it.
    # What the network draws differs between nodes, too.
    random.seed(int.from_bytes(unique_id()[-3:], "big"))
    base = Foundation()
    storage, settings = base.storage, base.settings
    storage.start(base.cause)
    control = base.control
    jobs, objects, channels = _build_parts(base)
    control.losses = storage.view(registers.SUPPLY_LOSSES, 1)
    control.record(BOOT, 0, 0, base.cause, START)
    if not base.senses.calibrated:
        control.record(SENSE, LEVEL, 0, base.senses.grid_mv(), NOT_CALIBRATED)
    for what in storage.damage():
        control.record(STORAGE, what, 0, 1, DAMAGED)
    storage.files = found
    if found in (files.DAMAGED, files.MISSING):
        cause = DAMAGED if found == files.DAMAGED else MISSING
        control.record(STORAGE, FILES, 0, 1, cause)

    grid, grid_pin, load_pin, timer = base.grid, base.grid_pin, base.load_pin, Timer(0)
    cycle = control.cycle

    def start_control() -> WDT:
        # The edges bring a look forward; the timer keeps the rounds going.
        falls = Pin.IRQ_FALLING if parts.alive_level("grid") else Pin.IRQ_RISING
        rises = Pin.IRQ_RISING if parts.alive_level("load") else Pin.IRQ_FALLING
        rounds = Rounds(cycle, grid)
        fall = SenseEdge(grid_pin, falls, rounds.on_fall, grid.grid_fell)
        rise = SenseEdge(load_pin, rises, cycle, grid.load_rose)
        rounds.edges = (fall, rise)
        timer.init(period=board.CONTROL_PERIOD_MS, mode=Timer.PERIODIC, callback=rounds.on_timer)
        return WDT(timeout=board.WATCHDOG_MS)

    def stop_control() -> None:
        grid_pin.irq(None)
        load_pin.irq(None)
        timer.deinit()
        # This module has been let go by then, and its names with it.
        type(timer)(AGAIN).deinit()

    window = FlashWindow(control)
    storage.guard(window)
    node = Node(
        board.NAME,
        settings["name"],
        settings.refused,
        base.uptime,
        base.events,
        control,
        storage,
        channels,
        start_control,
        stop_control,
        objects.objects[0].node,
    )
    wifi = Wifi(_station, settings["wifi_ssid"], settings["wifi_password"])
    link = UdpLink(wifi.address, echonet.GROUP, echonet.PORT, echonet.MAX_FRAME)
    jobs.append(LogJob(storage, control, base.events, base.uptime, base.calendar))
    jobs.append(PlacesJob(base.places, window, base.uptime))
    echonet_job = EchonetJob(link, objects, node.ready)
    jobs.append(echonet_job)
    server, controller = settings["ntp_server"], settings["time_from"]
    if server or controller:
        from tomoshibi.node.time_job import TimeJob

        jobs.append(TimeJob(server, controller, echonet_job, base.calendar, control))
    # Last: a stranger's code takes what memory is left.
    jobs += app_jobs(base, app_ran)
    return node, jobs


def _build_parts(base: Foundation) -> tuple[list[Job], EchonetNode, list[Branch | Lamp]]:
    """Return (jobs, ECHONET Lite node, the circuits in order)."""
    storage, control = base.storage, base.control
    circuits, branches, main = build_circuits(storage, base.settings)
    channels = [circuits[number] for number in sorted(circuits) if number]
    half_hours = HalfHours(base.calendar, channels, storage.history, storage.boot)
    keeper = KeeperJob(storage, control, half_hours, base.supplied)
    jobs: list[Job] = [keeper]
    objects = ObjectBuilder(base.identity, base.calendar, base.places, storage)
    whole = None
    # What a part alone needs is imported with it, for memory.
    if branches:
        from tomoshibi.node.build_loads import build_loads

        build_loads(base, branches, main)
        journal = storage.journal
        if main is None:
            whole = (
                EnergyCounter(*running(journal, 0, registers.IMPORT)),
                EnergyCounter(*running(journal, 0, registers.REACTIVE_IMPORT)),
            )
        kept = EnergyCounter(*saved(journal, 0, registers.IMPORT))
        objects.add_branches(branches, half_hours, kept, control.sense_faulty, main)
    if board.LAMPS:
        from tomoshibi.node.build_lamp import build_lamp

        jobs.append(build_lamp(base, circuits, objects))
    jobs += meter_jobs(circuits, base.settings, base.uptime, keeper.measured, whole)
    return jobs, objects.node(), channels


def _station() -> WLAN:
    """For the job that serves the network: raises OSError or RuntimeError if there is no radio."""
    # Imported here, since the import starts the network stack, which may fail like the radio.
    from network import STA_IF, WLAN

    return WLAN(STA_IF)
