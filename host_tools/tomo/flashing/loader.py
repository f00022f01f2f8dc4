"""A chip in its serial loader, by way of esptool as a library.

What esptool raises becomes one of three: NodeSilent if nobody answers or the port is gone, Garbled
if a slower line may cure it, HostError for the rest.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import serial
from esptool import FatalError, cmds
from esptool.util import UnsupportedCommandError

from tomo.errors import HostError, NodeSilent
from tomo.flashing.port import SPEED, open_port

_LOADER = (
    "Check cable and power; hold BOOT while it connects if the board has no reset by cable. "
    "A chip whose loader was switched off for good cannot be flashed."
)


class Garbled(HostError):
    """The chip was lost or misunderstood on the way, or flash is not what was sent."""

    exit_code = 4
    hint = "Try a shorter cable, another port or a hub with its own supply."


class NotKept(Garbled):
    """Flash does not hold what was written to it."""

    exit_code = 1
    hint = "If it is the same place again, the flash chip is faulty: replace the module."


def blank_md5(size: int) -> str:
    return hashlib.md5(b"\xff" * size).hexdigest()


class Loader:
    """Connected inside the `with`, esptool's stub running and the line at `speed` baud.

    chip         such as ESP32
    mac          with colons
    flash_bytes  size of the flash chip, 0 if it does not tell
    locked       the chip runs or takes signed or encrypted programs only

    Raises HostError.
    """

    def __init__(self, port: str, speed: int, attempts: int) -> None:
        self.where = port
        self._speed = speed
        self._attempts = attempts

    def __enter__(self) -> "Loader":
        self.port: serial.Serial = open_port(self.where)
        try:
            self._connect()
        except BaseException:
            self.port.close()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self.port.close()

    def _connect(self) -> None:
        try:
            # An open port, which it takes as well as a name.
            chip = cmds.detect_chip(
                self.port,  # pyright: ignore[reportArgumentType]
                SPEED,
                connect_attempts=self._attempts,
            )
        except (FatalError, OSError) as error:
            raise NodeSilent(
                f"{self.where}: no chip answers in its loader: {_first_line(error)}", _LOADER
            ) from None
        with self._told("start to flash"):
            self.chip = chip.CHIP_NAME
            mac = bytes(chip.read_mac("BASE_MAC"))  # pyright: ignore[reportArgumentType]
            self.mac = mac.hex(":")
            self.locked = chip.secure_download_mode or chip.get_secure_boot_enabled()
            self._esp = chip if self.locked else cmds.run_stub(chip)
            # A write that loses its port is ours to repeat: the stub has to be started anew.
            self._esp.WRITE_FLASH_ATTEMPTS = 1
            if self._speed != SPEED and not self.locked:
                self._esp.change_baud(self._speed)
            cmds.attach_flash(self._esp)
            size = cmds.detect_flash_size(self._esp) if not self.locked else None
        self.flash_bytes = _bytes(size)

    def md5(self, at: int, size: int) -> str:
        with self._told(f"compare flash at {at:#x}"):
            return self._esp.flash_md5sum(at, size)

    def is_blank(self, at: int, size: int) -> bool:
        return self.md5(at, size) == blank_md5(size)

    def read(self, at: int, size: int) -> bytes:
        with self._told(f"read flash at {at:#x}"):
            return self._esp.read_flash(at, size)

    def erase(self, at: int, size: int) -> None:
        with self._told(f"erase flash at {at:#x}"):
            self._esp.erase_region(at, size)

    def erase_all(self) -> None:
        with self._told("erase the flash chip"):
            self._esp.erase_flash()

    def write(self, at: int, data: bytes) -> None:
        """Whole sectors, verified by MD5. Raises NotKept, too."""
        with self._told(f"write flash at {at:#x}"):
            # What force leaves out was checked before: chip, size of flash, its locks.
            cmds.write_flash(self._esp, [(at, data)], force=True, no_progress=True)

    def reset(self) -> None:
        """Out of the loader, as far as the port has lines for it; the line at its first speed."""
        with self._told("reset"):
            self._esp.hard_reset()
            self.port.baudrate = SPEED

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NodeSilent(
                f"{self.where} went away while it was to {what}: {error}",
                "Check the cable and run it again: it goes on with what is not yet right.",
            ) from None
        except UnsupportedCommandError as error:
            raise HostError(f"{self.where}: the chip cannot {what}: {error}") from None
        except FatalError as error:
            said = _first_line(error)
            if "MD5 of file" in said or "Write failed" in said:
                raise NotKept(f"{self.where}: failed to {what}: it does not keep it") from None
            raise Garbled(f"{self.where}: failed to {what}: {said}") from None


def chip_in_loader(where: str) -> str:
    """The kind of chip that waits in its loader, such as ESP32, with no reset; empty for none."""
    try:
        # esptool prints for people who watch one board.
        with open_port(where) as port, redirect_stdout(io.StringIO()):
            chip = cmds.detect_chip(
                port,  # pyright: ignore[reportArgumentType]
                SPEED,
                connect_mode="no-reset",
                connect_attempts=1,
            )
            return chip.CHIP_NAME
    except (FatalError, OSError, HostError):
        return ""


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _bytes(size: str | None) -> int:
    """4194304 of 4MB."""
    if not size:
        return 0
    unit = {"KB": 10, "MB": 20}.get(size[-2:])
    return int(size[:-2]) << unit if unit else 0
