"""Builds the meters of a board from its rows: a job for each bus, whichever chips are on it."""

from machine import I2C, SPI, UART, Pin
from typing import TYPE_CHECKING

import board
from tomoshibi.core.readings import Counts
from tomoshibi.meter.calibration import calibration
from tomoshibi.meter.circuits import Circuits
from tomoshibi.node import parts
from tomoshibi.node.meter_job import MeterJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.drivers.meter_chip import MeterChip
    from tomoshibi.meter.peak import RollingPeaks
    from tomoshibi.node.job import Job
    from tomoshibi.settings.store import Settings


def meter_jobs(
    circuits: dict[int, Branch] | dict[int, Lamp] | dict[int, Branch | Lamp],
    settings: Settings,
    uptime: Uptime,
    on_readings: Callable[[], None],
    whole: tuple[EnergyCounter, EnergyCounter] | None = None,
) -> list[Job]:
    """A job for each bus of METERS, in the order of the rows.

    circuits   by their numbers
    whole      count the board as one, active and reactive: import or export by the sign of the
               sum over all buses. The first job does it
    """
    jobs = []
    net = [0, 0] if whole else None
    for name in _buses():
        meters = _meters_on(name, circuits, settings["line_hz"], net)
        sums = (net,) + whole if net and whole and not jobs else None
        jobs.append(MeterJob(name, meters, uptime, settings["sample_ms"], on_readings, sums))
    return jobs


def _meters_on(name: str, circuits: dict, line_hz: int, net: list[int] | None) -> list[tuple]:
    """The chips of one bus. Those alike share their records: they are read one after another."""
    bus = _open(*parts.bus(name))
    meters, alike = [], {}
    for _name, chip, on, place, fed, figures in board.METERS:
        if on != name:
            continue
        if isinstance(bus, SPI):
            place = Pin(place, Pin.OUT, value=1)
        driver = _driver(chip)(bus, place, figures, line_hz)
        key = (chip,) + figures
        if key not in alike:
            counts = tuple(Counts() for _ in range(driver.channels))
            alike[key] = counts, calibration(driver.factors())
        counts, ratios = alike[key]
        own = [circuits[number] for number in fed]
        taken = Circuits(own, ratios, driver.count_mj, _peaks(own), net)
        meters.append((driver, taken, counts))
    return meters


def _buses() -> list[str]:
    names = []
    for row in board.METERS:
        if row[2] not in names:
            names.append(row[2])
    return names


def _driver(chip: str) -> Callable[..., MeterChip]:
    """The driver of `chip`: ours, else the board's own. Imported late: only what is soldered
    takes heap."""
    if chip == "atm90e32":
        from tomoshibi.drivers.atm90e32 import ATM90E32

        return ATM90E32
    if chip == "bl0942":
        from tomoshibi.drivers.bl0942 import BL0942

        return BL0942
    from tomoshibi.node.own_chip import meter

    return meter(chip)


def _open(kind: str, port: int, *rest: int) -> SPI | UART | I2C:
    if kind == "spi":
        sck, mosi, miso, baud = rest
        return SPI(
            port, baudrate=baud, polarity=1, phase=1, sck=Pin(sck), mosi=Pin(mosi), miso=Pin(miso)
        )
    if kind == "uart":
        tx, rx, baud = rest
        return UART(port, baudrate=baud, tx=tx, rx=rx)
    scl, sda = rest
    return I2C(port, scl=Pin(scl), sda=Pin(sda))


def _peaks(circuits: list) -> RollingPeaks | None:
    if all(circuit.load is None for circuit in circuits):
        return None
    from tomoshibi.meter.peak import RollingPeaks

    return RollingPeaks(len(circuits))
