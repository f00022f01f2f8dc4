"""Opens a serial port, and says in one line why it cannot be opened."""

import errno

import serial

from tomo.errors import HostError, MachineRefused, UsageError

SPEED = 115_200  # of every boot loader when it starts, and of a node's console
_GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
_TAKEN = (errno.EAGAIN, errno.EBUSY)


def open_port(name: str) -> serial.Serial:
    """The port, ours alone. Raises HostError.

    Neither reset line is pulled by the opening, where the driver leaves that to us.
    """
    try:
        port = serial.serial_for_url(name, SPEED, do_not_open=True, exclusive=True)
        port.rts = port.dtr = False
        port.open()
    except ValueError as error:
        raise UsageError(f"{name} is no port: {error}", "Write /dev/ttyUSB0 or a URL.") from None
    except OSError as error:  # SerialException is one
        raise _refused(name, error) from None
    return port


def _refused(name: str, error: OSError) -> HostError:
    if error.errno in _GONE:
        return MachineRefused(
            f"{name} is not there", "Check the cable; `tomo flash --all` lists ports that are."
        )
    if error.errno in _FORBIDDEN:
        return MachineRefused(
            f"no permission to use {name}",
            "Join the port's group: `sudo usermod -aG dialout $USER`, then log in again.",
        )
    if error.errno in _TAKEN:
        return MachineRefused(
            f"another program has {name} open", "Close it: a terminal, a monitor, another flash."
        )
    hint = "Is anybody listening there?" if "://" in name else "Is it a serial port?"
    return MachineRefused(f"cannot open {name}: {error}", hint)
