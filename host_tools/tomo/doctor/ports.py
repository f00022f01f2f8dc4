"""The serial ports that are there, and who may open them."""

import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from grp import getgrgid
from pathlib import Path
from stat import S_IMODE

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from tomo.doctor import processes
from tomo.doctor.records import FAIL, OK, WARN, Finding

# USB vendor and product: what is in the cable or on the board.
CHIPS = {
    (0x10C4, 0xEA60): "CP210x",
    (0x10C4, 0xEA70): "CP2105",
    (0x10C4, 0xEA71): "CP2108",
    (0x1A86, 0x5523): "CH341",
    (0x1A86, 0x7522): "CH340",
    (0x1A86, 0x7523): "CH340",
    (0x1A86, 0x55D3): "CH343",
    (0x1A86, 0x55D4): "CH9102",
    (0x0403, 0x6001): "FT232R",
    (0x0403, 0x6010): "FT2232",
    (0x0403, 0x6011): "FT4232",
    (0x0403, 0x6014): "FT232H",
    (0x0403, 0x6015): "FT231X",
    (0x067B, 0x2303): "PL2303",
    (0x303A, 0x0002): "ESP32-S2, its own USB",
    (0x303A, 0x1001): "ESP32-S3 or C3, its own USB",
}
# Programs that open ports which nobody gave them, and how to end that.
_GRABBERS = {
    "ModemManager": "sudo systemctl disable --now ModemManager",
    "brltty": "sudo apt remove brltty",
}
_SERIAL_GROUPS = ("dialout", "uucp")
_READ_WRITE = 0o6


def ports(root: Path = Path("/")) -> Iterator[Finding]:
    """A line for each port, and for what is plugged in without one."""
    found = sorted(list_ports.comports(), key=lambda one: one.device)
    for one in found:
        yield _port(one, root)
    missing = list(_without_port(root))
    for place, chip in missing:
        remedy = (
            "sudo dmesg | grep -i tty   tells why; brltty takes ports, or the driver is missing"
        )
        yield Finding(f"USB {place}", WARN, f"{chip} is plugged in and has no port", remedy)
    if not found and not missing:
        remedy = "Plug a board in. A cable for charging only has no data lines."
        yield Finding("serial ports", WARN, "none is there", remedy)


def grabbers(root: Path = Path("/")) -> Iterator[Finding]:
    """Programs that open every port as it appears, for modems and braille displays."""
    for process in processes.named(_GRABBERS, root):
        found = f"{process} runs: it may open a port just as a board is flashed"
        yield Finding(process.name, WARN, found, _GRABBERS[process.name])


def no_right(device: Path) -> Finding | None:
    """Why we may not open a device that is there; None if we may."""
    if not device.exists() or os.access(device, os.R_OK | os.W_OK):
        return None
    status = device.stat()
    group = _group(status.st_gid)
    shared = S_IMODE(status.st_mode) >> 3 & _READ_WRITE == _READ_WRITE
    if not shared or group not in _SERIAL_GROUPS:
        mode = f"{S_IMODE(status.st_mode):o}, group {group}"
        remedy = f"A udev rule gives it to group dialout; for now: sudo chmod a+rw {device}"
        return Finding(str(device), FAIL, f"no permission: mode {mode}", remedy)
    if _user() in _members(status.st_gid):
        found = f"no permission yet: {_user()} has joined {group} since logging in"
        return Finding(str(device), FAIL, found, "Log out and in again.")
    remedy = f"sudo usermod -aG {group} {_user()}   then log out and in again"
    return Finding(str(device), FAIL, f"no permission: it is for group {group}", remedy)


def in_use(device: Path, root: Path = Path("/")) -> str:
    """Who has a device open; empty if nobody whom we see."""
    return processes.told(processes.holders(os.path.realpath(device), root))


def _port(one: ListPortInfo, root: Path) -> Finding:
    device = Path(one.device)
    what = _described(one, root)
    if refused := no_right(device):
        # A machine's own ports, on which no board is, are nobody's trouble.
        state = FAIL if one.vid is not None else WARN
        return Finding(one.device, state, f"{what}; {refused.found}", refused.remedy)
    if by := in_use(device, root):
        return Finding(one.device, WARN, f"{what}; {by} has it open", "Close that program.")
    return Finding(one.device, OK, what)


def _described(one: ListPortInfo, root: Path) -> str:
    if one.vid is None or one.pid is None:
        return "no USB port"
    chip = CHIPS.get((one.vid, one.pid), one.description)
    link = root / "sys/class/tty" / Path(one.device).name / "device/driver"
    driver = f", driver {Path(os.readlink(link)).name}" if link.is_symlink() else ""
    return f"{chip}, USB {one.vid:04X}:{one.pid:04X}{driver}"


def _without_port(root: Path) -> Iterator[tuple[str, str]]:
    """Where a chip of CHIPS is plugged in that has no port, and which."""
    for folder in sorted((root / "sys/bus/usb/devices").glob("*")):
        with suppress(OSError, ValueError):
            ids = (_number(folder / "idVendor"), _number(folder / "idProduct"))
            if ids in CHIPS and not any(folder.glob("*:*/tty*")):
                yield folder.name, CHIPS[ids]


def _number(file: Path) -> int:
    return int(file.read_text(), 16)


def _user() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def _group(number: int) -> str:
    try:
        return getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _members(number: int) -> list[str]:
    return getgrgid(number).gr_mem
