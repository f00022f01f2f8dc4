"""Builds what a board with a dimmable lamp adds to the foundation."""

from machine import I2C, PWM, Pin

import board
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.lamp import Daylight, Lamp
from tomoshibi.drivers.bh1750 import BH1750
from tomoshibi.drivers.dimmer import Dimmer
from tomoshibi.node import parts
from tomoshibi.node.foundation import Foundation, relays
from tomoshibi.node.keeper_job import KeeperJob
from tomoshibi.node.lamp_control import LampControl
from tomoshibi.node.meters import meter_jobs
from tomoshibi.node.sky_job import SkyJob
from tomoshibi.node.storage import running, saved
from tomoshibi.policy.lamp import ROLES, IslandLight
from tomoshibi.policy.night import TYPICAL_NIGHT, NightProgram, Photocell, Sky
from tomoshibi.registers.half_hours import HalfHours
from tomoshibi.reporting.build import build_streetlight
from tomoshibi.wire import registers


def build(base: Foundation):
    """Return (jobs, ECHONET Lite objects, load names: none)."""
    settings, storage = base.settings, base.storage
    lamp = Lamp(
        EnergyCounter(*running(storage.journal, 1, registers.IMPORT)),
        EnergyCounter(*saved(storage.journal, 1, registers.IMPORT)),
    )
    lamp.locked_off = storage.view(registers.LAMP_STATE, 1)[0] >= registers.LAMP_LOCKED
    daylight = Daylight()
    role = ROLES.index(settings["lamp_role"])
    island = IslandLight(role, settings["lamp_full_w"] * 1000, settings["lamp_standby_mw"])
    _circuit, lamp_pin, lamp_hz, _reset = board.LAMPS[0]
    pwm = PWM(Pin(lamp_pin), freq=lamp_hz, duty_u16=65_535)
    control = base.control
    light = LampControl(
        control,
        lamp,
        relays()[0],
        Dimmer(pwm),
        island,
        settings["island_energy_wh"],
        settings["stagger_s"],
        base.draw,
        storage.view(registers.LAMP_BURN_S, 3),
    )
    control.outputs += (light,)
    half_hours = HalfHours(base.calendar, [lamp], storage.history, storage.boot)
    keeper = KeeperJob(storage, control, half_hours)
    samplers = meter_jobs({board.LAMPS[0][0]: lamp}, settings, base.uptime, keeper.measured)
    _name, _chip, bus, address = board.PHOTOCELLS[0]
    _kind, port, scl, sda = parts.bus(bus)
    i2c = I2C(port, scl=Pin(scl), sda=Pin(sda))
    sky = Sky(settings["latitude_e4"], settings["longitude_e4"])
    sky_job = SkyJob(
        base.calendar,
        sky,
        NightProgram(TYPICAL_NIGHT),
        BH1750(i2c, address),
        Photocell(),
        daylight,
        lamp,
        light,
    )
    sky_job.plan()
    objects = build_streetlight(
        base.identity, base.calendar, lamp, daylight, base.places, storage.faulty
    )
    return samplers + [sky_job, keeper], objects, []
