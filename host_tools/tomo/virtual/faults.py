"""What can be wrong with a virtual board, by word."""

from dataclasses import dataclass

from tomo.virtual.chip import ESP32, ESP32_S3, Kind

MIB = 1 << 20


@dataclass(frozen=True)
class Fault:
    """How a board is made that has it; as it stands, a board without any.

    bad       offsets of sectors that keep their bits
    unplugs   the cable comes off half-way through a write, once
    unplugs_at  not there, but before so many blocks of all that is written
    noisy     above the ROM's own speed the cable garbles a bit now and then
    locked    the loader was switched off for good in the chip's fuses
    """

    tells: str = ""
    kind: Kind = ESP32
    flash_size: int = 4 * MIB
    bad: tuple[int, ...] = ()
    unplugs: bool = False
    unplugs_at: int = 0
    noisy: bool = False
    locked: bool = False


SOUND = Fault()
FAULTS = {
    "wrong-chip": Fault("an ESP32-S3 instead of an ESP32", kind=ESP32_S3),
    "wrong-size": Fault("a flash chip of 2 MiB", flash_size=2 * MIB),
    "bad-sector": Fault("the flash's sector at 0x10000 takes nothing", bad=(0x10000,)),
    "unplugged": Fault("the cable comes off half-way through the first write", unplugs=True),
    "noise": Fault("a cable that garbles bits above 115200 baud", noisy=True),
    "locked": Fault("the serial loader is switched off for good", locked=True),
}
