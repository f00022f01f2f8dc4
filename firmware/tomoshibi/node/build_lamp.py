"""Puts the lamp of a board under the control path, with the job that tells it what the sky is."""

from machine import I2C, PWM, Pin
from typing import TYPE_CHECKING

import board
from tomoshibi.core.lamp import Daylight
from tomoshibi.drivers.dimmer import Dimmer
from tomoshibi.node import parts
from tomoshibi.node.foundation import Foundation, relay_of
from tomoshibi.node.lamp_control import LampControl
from tomoshibi.node.sky_job import SkyJob
from tomoshibi.policy.lamp import ROLES, IslandLight
from tomoshibi.policy.night import TYPICAL_NIGHT, NightProgram, Photocell, Sky
from tomoshibi.reporting.build import ObjectBuilder
from tomoshibi.wire import registers

if TYPE_CHECKING:
    from tomoshibi.drivers.bh1750 import BH1750


def build_lamp(base: Foundation, circuits: dict, objects: ObjectBuilder) -> SkyJob:
    settings, daylight = base.settings, Daylight()
    circuit, pin, hz, _reset = board.LAMPS[0]
    lamp = circuits[circuit]
    role = ROLES.index(settings["lamp_role"])
    light = LampControl(
        base.control,
        lamp,
        relay_of(circuit, base.control),
        Dimmer(PWM(Pin(pin), freq=hz, duty_u16=65_535)),
        IslandLight(role, settings["lamp_full_w"] * 1000, settings["lamp_standby_mw"]),
        settings["island_energy_wh"],
        settings["stagger_s"],
        base.draw,
        base.storage.view(registers.LAMP_BURN_S, 3),
        circuit,
    )
    base.control.outputs += (light,)
    base.lamps = ((lamp, daylight),)
    sky_job = SkyJob(
        base.calendar,
        Sky(settings["latitude_e4"], settings["longitude_e4"]),
        NightProgram(TYPICAL_NIGHT),
        _photocell() if board.PHOTOCELLS else None,
        Photocell(),
        daylight,
        lamp,
        light,
    )
    sky_job.plan()
    objects.add_lamp(lamp)
    if board.PHOTOCELLS:
        objects.add_photocell(daylight)
    return sky_job


def _photocell() -> BH1750:
    _name, chip, bus, address = board.PHOTOCELLS[0]
    _kind, port, scl, sda = parts.bus(bus)
    return _driver(chip)(I2C(port, scl=Pin(scl), sda=Pin(sda)), address)


def _driver(chip: str):
    """The driver of the photocell `chip`: ours, else the board's own."""
    if chip == "bh1750":
        from tomoshibi.drivers.bh1750 import BH1750

        return BH1750
    from tomoshibi.node.own_chip import photocell

    return photocell(chip)
